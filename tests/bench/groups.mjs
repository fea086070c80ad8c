/** What is measured: rows of work, and who does it. */
const GEMM_SHAPES = [
  [64, 64, 64],
  [128, 128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [1024, 1024, 1024],
  [256, 192, 768],
  [1024, 128, 512],
  [1, 1024, 1024],
];

/** The models of the training steps, as `pages/gpt.mjs` and `src/bench/train.rs` name their sizes. */
const MODELS = {
  S: { V: 256, L: 4, D: 128, H: 4, F: 512, T: 128, B: 8 },
  M: { V: 256, L: 6, D: 256, H: 8, F: 1024, T: 128, B: 4 },
};

const HEADS = 4;
const flopOfProduct = ([m, k, n]) => 2 * m * k * n;
/**
 * Operations of a training step as comparisons count them: 6 for each token and parameter that is no embedding's, and as many for the
 * attention's two products over `square` of their square. By convention that is the whole of it, although a causal model needs half
 * and this engine computes no more: the whole comes to 7.4 % more for S and 3.9 % more for M.
 */
const flopOfStep = ({ V, L, D, F, T, B }, square = 1) => 6 * B * T * (L * (4 * D * D + 2 * D * F + square * 2 * T * D) + V * D);

/** Of a text decoded token by token; on average half of it is attended to. */
const flopOfText = ({ V, L, D, F, T }) => 2 * T * (L * (4 * D * D + 2 * D * F + T * D) + V * D);

const libraries = (...names) => names;

/** A training step. */
const step = (op, cfg, peers) => ({
  op,
  shape: [cfg.B * cfg.T],
  cfg,
  unit: 'tokens/s',
  tokens: cfg.B * cfg.T,
  flop: flopOfStep(cfg),
  causalFlop: flopOfStep(cfg, 1 / 2),
  peers,
});

/** Rows by group: `flop` of one call (or `tokens`), the unit of the result, and the peers that can do it. */
export const GROUPS = {
  gemm: ['ab', 'abt', 'atb'].flatMap((op) =>
    GEMM_SHAPES.map((shape) => ({ op, shape, unit: 'GFLOP/s', flop: flopOfProduct(shape), peers: libraries('tfjs', 'ort', 'jax') })),
  ),
  'gemm-int8': [[256, 1024, 1024], [1, 1024, 1024]].flatMap((shape) => [
    { op: 'int8', shape, unit: 'GOP/s', flop: flopOfProduct(shape), roof: 'peak_i8_dot', peers: libraries('ort') },
    { group: 'gemm', op: 'abt', shape, unit: 'GFLOP/s', flop: flopOfProduct(shape), peers: [] },
  ]),
  attention: [32, 64].flatMap((dHead) =>
    [128, 256, 512, 1024, 2048].flatMap((length) =>
      // Half of the square is computed: two products forward, five backward.
      [['forward', 2], ['backward', 5]].map(([op, products]) => ({
        op,
        shape: [HEADS, length, dHead],
        unit: 'GFLOP/s',
        flop: products * HEADS * length * length * dHead,
        peers: [],
      })),
    ),
  ),
  // One token after the other, with keys and values kept; a call is a whole text.
  decode: Object.entries(MODELS).map(([op, cfg]) => ({
    op,
    shape: [1],
    unit: 'tokens/s',
    cfg: { ...cfg, B: 1 },
    tokens: cfg.T,
    flop: flopOfText(cfg),
    peers: [],
  })),
  train: Object.entries(MODELS).map(([op, cfg]) => step(op, cfg, libraries('tfjs', 'jax'))),
  // Steps whose numbers run through all magnitudes, beside ordinary ones: they must not take longer.
  diverged: [step('S-diverged', MODELS.S, []), { group: 'train', ...step('S', MODELS.S, []) }],
};

/** The peers: their page, their name in the results, and the ways to load them for a number of threads. */
export const LIBRARIES = {
  tfjs: { name: 'tfjs', modes: () => [undefined] },
  ort: { name: 'onnxruntime-web', modes: () => [undefined] },
  // Its best form on one thread has no worker.
  jax: { name: 'jax-js', modes: (threads) => (threads === 1 ? ['sync', 'pool'] : ['pool']) },
};
