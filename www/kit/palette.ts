/** Colours that mean something, the same in every figure of the site: what a rank does, what memory holds, what was predicted. */

/** Names of colours, with what they are in light and in dark. */
export type Palette = Record<string, readonly [light: string, dark: string]>;

const FORWARD = ['#1f4f9e', '#6fb0f5'] as const;
const BACKWARD = ['#c07818', '#f5ad4e'] as const;
const TRANSFER = ['#8d4fc4', '#a274e6'] as const;
const UPDATE = ['#4c7a6c', '#63a49a'] as const;
const PAPER = ['#fbf9f4', '#17181a'] as const;

/** What a rank's time is spent on. Patterns tell them apart, too. */
export const ACTIVITY = {
  forward: FORWARD,
  backward: BACKWARD,
  'weight-gradients': ['#5f5118', '#b07a2c'],
  transfer: TRANSFER,
  update: UPDATE,
} as const satisfies Palette;

/** What memory is used for, by the ledger's categories. What a forward makes, what a backward makes and what is sent have their colours. */
export const MEMORY = {
  'memory-parameters': ['#454c5c', '#d0d4d7'],
  'memory-gradients': BACKWARD,
  'memory-optimizer': UPDATE,
  'memory-activations': FORWARD,
  'memory-kv': ['#1f8fb1', '#1f83a3'],
  'memory-communication': TRANSFER,
  'memory-data': ['#3a3712', '#7b7453'],
} as const satisfies Palette;

/** Text on a colour of `ACTIVITY`: `on-forward` on `forward`. */
export const ON_ACTIVITY = {
  'on-forward': PAPER,
  'on-backward': ['#221f1a', '#17181a'],
  'on-weight-gradients': PAPER,
  'on-transfer': PAPER,
  'on-update': PAPER,
} as const satisfies Palette;

/** Pale grounds of activities, below the text of a table. */
export const TINTS = {
  'forward-tint': ['#c9dbf1', '#22405f'],
  'backward-tint': ['#f6dfbf', '#55390f'],
  'weight-gradients-tint': ['#e6dfbd', '#46361a'],
  'transfer-tint': ['#e6d8f3', '#3d2a58'],
  'update-tint': ['#d3e4dd', '#23423c'],
} as const satisfies Palette;

/** Strokes of the patterns on activities. */
export const STROKES = {
  'backward-stroke': ['#8f540a', '#c47f22'],
  'weight-gradients-stroke': ['#a8985a', '#7a4f10'],
  'transfer-stroke': ['#cfaef0', '#6a3fb0'],
} as const satisfies Palette;

/** Time in which nothing is done: a pale ground, with a stroke that is seen on paper. */
export const WAITING = {
  waiting: ['#ebe5d8', '#29292c'],
  'waiting-stroke': ['#857c69', '#8a8478'],
} as const satisfies Palette;

/** What was predicted, by a learner or by a plan: grey-blue, as by a pencil, and dashed. */
export const PENCIL = { pencil: ['#5a6b80', '#9fb0c4'] } as const satisfies Palette;

/** All of them. */
export const MEANINGS = { ...ACTIVITY, ...ON_ACTIVITY, ...TINTS, ...STROKES, ...WAITING, ...MEMORY, ...PENCIL } as const satisfies Palette;
