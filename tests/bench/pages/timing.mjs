/** A sample is one call, or as many back-to-back calls as fill half a millisecond: the clock ticks every 5 µs. */
const SAMPLE_MS = 0.5;

export function median(values) {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median milliseconds of one call of `f`, called for about `ms` and at least `least` samples. */
export async function time(f, ms, least = 5) {
  await f();
  let start = performance.now();
  await f();
  const calls = Math.max(1, Math.ceil(SAMPLE_MS / Math.max(performance.now() - start, 0.005)));
  const samples = [];
  const begin = performance.now();
  while (performance.now() - begin < ms || samples.length < least) {
    start = performance.now();
    for (let i = 0; i < calls; i++) await f();
    samples.push((performance.now() - start) / calls);
  }
  return median(samples);
}

/** As {@link time}, for a function that has finished when it returns. */
export function timeSync(f, ms, least = 5) {
  f();
  let start = performance.now();
  f();
  const calls = Math.max(1, Math.ceil(SAMPLE_MS / Math.max(performance.now() - start, 0.005)));
  const samples = [];
  const begin = performance.now();
  while (performance.now() - begin < ms || samples.length < least) {
    start = performance.now();
    for (let i = 0; i < calls; i++) f();
    samples.push((performance.now() - start) / calls);
  }
  return median(samples);
}

/** Largest absolute error of some elements of `c = a · b` in the form `op`. */
export function gemmError(c, op, [m, k, n], a, b) {
  const at = (i, p) => (op === 'atb' ? a[p * m + i] : a[i * k + p]);
  const bt = (p, j) => (op === 'abt' ? b[j * k + p] : b[p * n + j]);
  let worst = 0;
  for (let t = 0; t < 64; t++) {
    const [i, j] = [(t * 7919) % m, (t * 104729) % n];
    let sum = 0;
    for (let p = 0; p < k; p++) sum += at(i, p) * bt(p, j);
    worst = Math.max(worst, Math.abs(c[i * n + j] - sum));
  }
  return worst;
}

/** Shapes of A and B as they lie in memory. */
export const layouts = (op, [m, k, n]) => [op === 'atb' ? [k, m] : [m, k], op === 'abt' ? [n, k] : [k, n]];

/** Steps of a training, as many as fill `ms` and at least two; `step` gives the loss. Median milliseconds of a step. */
export async function timeSteps(step, ms) {
  const samples = [];
  const begin = performance.now();
  while (performance.now() - begin < ms || samples.length < 2) {
    const start = performance.now();
    await step();
    samples.push(performance.now() - start);
  }
  return median(samples);
}
