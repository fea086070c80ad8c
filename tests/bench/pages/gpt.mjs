// The training benchmark's model, stated once: a GPT-2-style decoder.
//   x = tok[id] + pos[t];  L x { x += proj(attn(ln1(x)));  x += fc2(gelu(fc1(ln2(x)))) };  logits = lnf(x) . head  (untied, no bias)
// LayerNorm eps 1e-5 with gain and bias; biases on qkv, proj, fc1, fc2; GELU in its tanh form; causal softmax(q.k/sqrt(hd));
// loss = mean cross-entropy over B*T; Adam lr 1e-3, betas 0.9/0.999, eps 1e-8, no weight decay; fp32 throughout.
// Parameters, in this order: matrices are mulberry32(1000 + index), uniform in +-0.02*sqrt(3) (std 0.02), row-major [in, out];
// gains are 1, biases are 0. Data: ids = floor(256 * mulberry32(7)), B rows of T+1; x = row[0..T], y = row[1..T+1].
import { rng } from './random.mjs';
export const HYPER = { lr: 1e-3, b1: 0.9, b2: 0.999, eps: 1e-8, lnEps: 1e-5 };
export function paramSpec({ V, L, D, F, T }) {
  const s = [['tok', [V, D]], ['pos', [T, D]]];
  for (let l = 0; l < L; l++) s.push([`ln1g${l}`, [D]], [`ln1b${l}`, [D]], [`wqkv${l}`, [D, 3 * D]], [`bqkv${l}`, [3 * D]], [`wo${l}`, [D, D]], [`bo${l}`, [D]],
    [`ln2g${l}`, [D]], [`ln2b${l}`, [D]], [`w1${l}`, [D, F]], [`b1${l}`, [F]], [`w2${l}`, [F, D]], [`b2${l}`, [D]]);
  s.push(['lnfg', [D]], ['lnfb', [D]], ['head', [D, V]]);
  return s;
}
export function initParams(cfg) {
  return paramSpec(cfg).map(([name, shape], i) => {
    const n = shape.reduce((a, b) => a * b, 1), x = new Float32Array(n);
    if (shape.length === 2) { const r = rng(1000 + i), a = 0.02 * Math.sqrt(3); for (let j = 0; j < n; j++) x[j] = (2 * r() - 1) * a; } else if (/g\d*$/.test(name)) x.fill(1);
    return { name, shape, data: x };
  });
}
export function batch({ V, B, T }) {
  const r = rng(7), x = new Int32Array(B * T), y = new Int32Array(B * T);
  for (let b = 0; b < B; b++) { const row = []; for (let t = 0; t <= T; t++) row.push(Math.floor(V * r())); for (let t = 0; t < T; t++) { x[b * T + t] = row[t]; y[b * T + t] = row[t + 1]; } }
  return { x, y };
}
