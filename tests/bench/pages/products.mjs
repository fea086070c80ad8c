/** The matrix products, stated once for all libraries. */

/**
 * Bytes of the matrices B that one after the other is multiplied by, at most: more than the caches near a core hold. 1024 × 1024
 * numbers fill it whether they have four bytes or one, so that both are read from equally far away.
 */
const B_BYTES = 12 * 2 ** 20;

/** Operations of as many products as hide what starting a graph costs. */
const OPERATIONS = 6e7;

/**
 * How many matrices B a library goes through in turn, each product by the next. ONNX Runtime computes several products in one graph,
 * and those of the same matrices only once: all libraries get as many as it needs, so that all read B from equally far away.
 */
export function copiesOfB([m, k, n], bytesPerElement) {
  const enough = Math.ceil(OPERATIONS / (2 * m * k * n));
  return Math.max(2, Math.min(32, enough, Math.floor(B_BYTES / (bytesPerElement * k * n))));
}

/** Shapes of A and B as they lie in memory. */
export const layouts = (op, [m, k, n]) => [op === 'atb' ? [k, m] : [m, k], op === 'abt' ? [n, k] : [k, n]];

/** Gives the items one after the other, again and again. */
export function inTurn(items) {
  let next = 0;
  return () => items[next++ % items.length];
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
