/** jax-js on its wasm backend. */
import { HYPER, batch, initParams } from './gpt.mjs';
import { random } from './random.mjs';
import { copiesOfB, gemmError, inTurn, layouts } from './products.mjs';
import { time, timeSteps } from './timing.mjs';

/** jax-js has a pool of as many workers as there are cores; without SharedArrayBuffer (`sync`) its kernels run on the calling thread. */
async function load(threads, mode) {
  if (mode === 'sync') delete globalThis.SharedArrayBuffer;
  else Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => threads, configurable: true });
  const jax = await import('../peers/@jax-js/jax/dist/index.js');
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  return jax;
}

async function gemm(jax, op, shape) {
  const { numpy: np, jit } = jax;
  const [m, k, n] = shape;
  const [la, lb] = layouts(op, shape);
  const A = random(la[0] * la[1], 1);
  const matrices = Array.from({ length: copiesOfB(shape, 4) }, (_, i) => random(lb[0] * lb[1], 2 + i));
  const a = np.array(A).reshape(la);
  const bs = matrices.map((B) => np.array(B).reshape(lb));
  const b = inTurn(bs);
  await jax.blockUntilReady([a, ...bs]);
  const product = (x, y) => np.matmul(op === 'atb' ? x.transpose() : x, op === 'abt' ? y.transpose() : y);
  const variants = { eager: product, jit: jit(product) };
  const error = gemmError(await variants.jit(a.ref, bs[0].ref).data(), op, shape, A, matrices[0]);
  // Several launches, then one wait.
  const launches = Math.max(1, Math.min(16, Math.ceil(3e7 / (2 * m * n * k))));
  return {
    error,
    measure: async (ms) => {
      const times = {};
      for (const [name, f] of Object.entries(variants)) {
        const call = async () => {
          const results = Array.from({ length: launches }, () => f(a.ref, b().ref));
          await jax.blockUntilReady(results);
          for (const result of results) result.dispose();
        };
        times[name] = (await time(call, ms)) / launches;
      }
      return times;
    },
    close: () => {
      variants.jit.dispose();
      for (const array of [a, ...bs]) array.dispose();
    },
  };
}

/** The embedding is a product with one-hot rows: the gradient of `take` does not compile in this version. */
function model(jax, cfg) {
  const { numpy: np, nn, jit, valueAndGrad, tree } = jax;
  const { V, L, D, H, T, B } = cfg;
  const [N, hd] = [B * T, D / H];
  let [P, M, S] = [{}, {}, {}];
  for (const { name, shape, data } of initParams(cfg)) {
    P[name] = np.array(data).reshape(shape);
    M[name] = np.zeros(shape);
    S[name] = np.zeros(shape);
  }
  const [X, Y] = Object.values(batch(cfg)).map((ids) => np.array(ids, { dtype: np.int32 }));
  const norm = (z, gain, bias) => nn.standardize(z, -1, { epsilon: HYPER.lnEps }).mul(gain).add(bias);
  const lossOf = (p, X, Y) => {
    let h = np.matmul(nn.oneHot(X, V), p.tok).reshape([B, T, D]).add(p.pos).reshape([N, D]);
    for (let l = 0; l < L; l++) {
      const a = np.matmul(norm(h.ref, p[`ln1g${l}`], p[`ln1b${l}`]), p[`wqkv${l}`]).add(p[`bqkv${l}`]);
      const [q, k, v] = np.split(a, 3, 1).map((z) => z.reshape([B, T, H, hd]));
      const o = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([N, D]);
      h = h.add(np.matmul(o, p[`wo${l}`]).add(p[`bo${l}`]));
      const f = nn.gelu(np.matmul(norm(h.ref, p[`ln2g${l}`], p[`ln2b${l}`]), p[`w1${l}`]).add(p[`b1${l}`]));
      h = h.add(np.matmul(f, p[`w2${l}`]).add(p[`b2${l}`]));
    }
    const logProbabilities = nn.logSoftmax(np.matmul(norm(h, p.lnfg, p.lnfb), p.head), -1);
    return logProbabilities.mul(nn.oneHot(Y, V)).sum().mul(-1 / N);
  };
  const names = Object.keys(P);
  // c = 1 / (1 - beta^t)
  const update = jit((p, m, s, c1, c2, X, Y) => {
    const [loss, g] = valueAndGrad(lossOf)(tree.ref(p), X, Y);
    const [newP, newM, newS] = [{}, {}, {}];
    for (const k of names) {
      newM[k] = m[k].mul(HYPER.b1).add(g[k].ref.mul(1 - HYPER.b1));
      newS[k] = s[k].mul(HYPER.b2).add(np.square(g[k]).mul(1 - HYPER.b2));
      const denominator = np.sqrt(newS[k].ref.mul(c2.ref)).add(HYPER.eps);
      newP[k] = p[k].sub(newM[k].ref.mul(c1.ref).mul(HYPER.lr).div(denominator));
    }
    c1.dispose();
    c2.dispose();
    return [loss, newP, newM, newS];
  });
  let t = 0;
  const step = async () => {
    t++;
    let loss;
    const correction = (beta) => np.array(1 / (1 - beta ** t));
    [loss, P, M, S] = update(P, M, S, correction(HYPER.b1), correction(HYPER.b2), X.ref, Y.ref);
    await jax.blockUntilReady([P, M, S]);
    return (await loss.data())[0];
  };
  const close = () => {
    update.dispose();
    tree.dispose([P, M, S, X, Y]);
  };
  return { step, close };
}

async function train(jax, cfg) {
  const { step, close } = model(jax, cfg);
  const losses = [];
  for (let i = 0; i < 4; i++) losses.push(await step());
  return { losses, measure: async (ms) => ({ jit: await timeSteps(step, ms) }), close };
}

let jax;
let row;
window.peer = {
  open: async (threads, mode) => void (jax = await load(threads, mode)),
  prepare: async ({ group, op, shape, cfg }) => {
    row = group === 'gemm' ? await gemm(jax, op, shape) : await train(jax, cfg);
    return { error: row.error, losses: row.losses };
  },
  measure: (ms) => row.measure(ms),
  close: () => row.close(),
};
