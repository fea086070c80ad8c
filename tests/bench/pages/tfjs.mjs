/** TensorFlow.js on its wasm backend (XNNPACK). */
import { HYPER, batch, initParams } from './gpt.mjs';
import { random } from './random.mjs';
import { copiesOfB, gemmError, inTurn, layouts } from './products.mjs';
import { remainder, timeSteps, timeSync } from './timing.mjs';

/** tfjs caps its threads at half the cores it is told of: the page claims twice as many. One thread is another binary. */
async function load(threads) {
  const tf = globalThis.tf;
  Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 2 * threads, configurable: true });
  tf.wasm.setWasmPaths(new URL('../peers/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url).href);
  if (threads === 1) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  else tf.wasm.setThreadsCount(threads);
  await tf.setBackend('wasm');
  await tf.ready();
  if (tf.wasm.getThreadsCount() !== threads) throw new Error(`tfjs runs ${tf.wasm.getThreadsCount()} threads, not ${threads}`);
  return tf;
}

/**
 * `plain`: matMul as written, whose constant B XNNPACK packs once. `fresh_b`: B is new at each call, less the cost of making it, where
 * that can be told from the noise.
 */
function gemm(tf, op, shape) {
  const [la, lb] = layouts(op, shape);
  const A = random(la[0] * la[1], 1);
  const matrices = Array.from({ length: copiesOfB(shape, 4) }, (_, i) => random(lb[0] * lb[1], 2 + i));
  const a = tf.tensor2d(A, la);
  const bs = matrices.map((B) => tf.tensor2d(B, lb));
  const b = inTurn(bs);
  const call = (f) => () => tf.tidy(() => void f());
  const product = () => tf.matMul(a, b(), op === 'atb', op === 'abt');
  const explicit = { abt: () => tf.matMul(a, tf.transpose(b())), atb: () => tf.matMul(tf.transpose(a), b()) }[op];
  const c = tf.matMul(a, bs[0], op === 'atb', op === 'abt');
  const error = gemmError(c.dataSync(), op, shape, A, matrices[0]);
  c.dispose();
  return {
    error,
    measure: (ms) => {
      const times = { plain: timeSync(call(product), ms) };
      // A transposed operand falls to a scalar loop; transposed first, the product reaches XNNPACK.
      if (explicit) times.explicit_transpose = timeSync(call(explicit), ms);
      else {
        const negated = timeSync(call(() => tf.neg(b())), ms / 2);
        const whole = timeSync(call(() => tf.matMul(a, tf.neg(b()))), ms);
        const fresh = remainder(whole, negated);
        if (fresh !== undefined) times.fresh_b = fresh;
      }
      return times;
    },
    close: () => tf.dispose([a, ...bs]),
  };
}

/**
 * In tfjs-wasm only products of untransposed matrices reach XNNPACK, and gradients of matMul use transposed ones: transposes are
 * spelled out, as an expert user would, and GELU has a gradient of its own. Attention stays on the batched scalar loop:
 * unstacking 32 heads costs more than it saves. There is no gradient of gather: the embedding is a product with one-hot rows, whose
 * own gradient nobody needs.
 */
function model(tf, cfg) {
  const { V, L, D, H, T, B } = cfg;
  const [N, hd] = [B * T, D / H];
  const P = {};
  // A variable takes over the data; the tensor it came in would stay.
  for (const { name, shape, data } of initParams(cfg)) P[name] = tf.tidy(() => tf.variable(tf.tensor(data, shape), true));
  const { x, y } = batch(cfg);
  const [X, Y] = [x, y].map((ids) => tf.tidy(() => tf.oneHot(tf.tensor1d(ids, 'int32'), V).cast('float32')));
  const XT = tf.transpose(X);
  const mask = tf.tidy(() => tf.linalg.bandPart(tf.ones([T, T]), -1, 0).sub(1).mul(1e9));
  const mm = tf.customGrad((a, b, save) => {
    save([a, b]);
    const gradFunc = (dy, [a, b]) => [tf.matMul(dy, tf.transpose(b)), tf.matMul(tf.transpose(a), dy)];
    return { value: tf.matMul(a, b), gradFunc };
  });
  const embed = tf.customGrad((table) => ({ value: tf.matMul(X, table), gradFunc: (dy) => tf.matMul(XT, dy) }));
  const [C0, C1] = [Math.sqrt(2 / Math.PI), 0.044715];
  const gelu = tf.customGrad((z, save) => {
    const z2 = tf.square(z);
    const t = tf.tanh(tf.mul(tf.add(tf.mul(z2, C0 * C1), C0), z));
    save([z, z2, t]);
    const gradFunc = (dy, [z, z2, t]) => {
      const du = tf.mul(tf.sub(1, tf.square(t)), tf.add(tf.mul(z2, 3 * C0 * C1), C0));
      return tf.mul(dy, tf.mul(0.5, tf.add(tf.add(t, 1), tf.mul(z, du))));
    };
    return { value: tf.mul(tf.mul(z, 0.5), tf.add(t, 1)), gradFunc };
  });
  const norm = (z, gain, bias) => {
    const { mean, variance } = tf.moments(z, -1, true);
    return tf.add(tf.mul(tf.mul(tf.sub(z, mean), tf.rsqrt(tf.add(variance, HYPER.lnEps))), gain), bias);
  };
  const loss = () => {
    let h = tf.add(embed(P.tok).reshape([B, T, D]), P.pos).reshape([N, D]);
    for (let l = 0; l < L; l++) {
      const a = tf.add(mm(norm(h, P[`ln1g${l}`], P[`ln1b${l}`]), P[`wqkv${l}`]), P[`bqkv${l}`]);
      const [q, k, v] = tf.split(a, 3, 1).map((z) => tf.transpose(z.reshape([B, T, H, hd]), [0, 2, 1, 3]));
      const weights = tf.softmax(tf.add(tf.matMul(tf.mul(q, 1 / Math.sqrt(hd)), k, false, true), mask));
      const o = tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3]).reshape([N, D]);
      h = tf.add(h, tf.add(mm(o, P[`wo${l}`]), P[`bo${l}`]));
      const f = gelu(tf.add(mm(norm(h, P[`ln2g${l}`], P[`ln2b${l}`]), P[`w1${l}`]), P[`b1${l}`]));
      h = tf.add(h, tf.add(mm(f, P[`w2${l}`]), P[`b2${l}`]));
    }
    return tf.losses.softmaxCrossEntropy(Y, mm(norm(h, P.lnfg, P.lnfb), P.head));
  };
  const optimizer = tf.train.adam(HYPER.lr, HYPER.b1, HYPER.b2, HYPER.eps);
  const step = () => {
    const cost = optimizer.minimize(loss, true);
    const value = cost.dataSync()[0];
    cost.dispose();
    return value;
  };
  const close = () => {
    optimizer.dispose();
    tf.dispose([...Object.values(P), X, XT, Y, mask]);
  };
  return { step, close };
}

async function train(tf, cfg) {
  const { step, close } = model(tf, cfg);
  const losses = Array.from({ length: 4 }, step);
  return { losses, measure: async (ms) => ({ tuned: await timeSteps(step, ms) }), close };
}

/** What the driver calls: `open`, then for each row `prepare`, `measure` as often as it likes, `close`. */
let tf;
let row;
window.peer = {
  open: async (threads) => void (tf = await load(threads)),
  prepare: async ({ group, op, shape, cfg }) => {
    row = group === 'gemm' ? gemm(tf, op, shape) : await train(tf, cfg);
    return { error: row.error, losses: row.losses };
  },
  measure: (ms) => row.measure(ms),
  close: () => row.close(),
};
