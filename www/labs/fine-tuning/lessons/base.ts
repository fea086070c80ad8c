/** What the lessons of this lab have in common. */
import type { LoraSpec } from '../../../types/generated/LoraSpec';
import type { TargetModule } from '../../../types/generated/TargetModule';
import type { Patch } from '../../../shell/lesson/lesson';
import type { Language } from '../../../shell/text/language';

/** A base model that the learner can read, and a kind of verse that it has not seen. */
const PAIRS: Record<Language, { base: string; corpus: string }> = {
  zh: { base: 'tang-poems', corpus: 'song-ci' },
  en: { base: 'shakespeare-plays', corpus: 'shakespeare-sonnets' },
};

/** How large the base model of each language is. */
const SIZES: Record<Language, { layers: number; parameters: number }> = { zh: { layers: 4, parameters: 2_315_520 }, en: { layers: 6, parameters: 2_410_944 } };

/** Learning rates that suit each method at these sizes. */
export const LR = { full: 0.0005, lora: 0.003 } as const;

/** Width of both base models. */
export const D_MODEL = 192;

/** Shapes of the projections of both base models: six heads of queries share two of keys and values. */
export const SHAPES: Record<TargetModule, { in: number; out: number }> = {
  q_proj: { in: D_MODEL, out: 192 },
  k_proj: { in: D_MODEL, out: 64 },
  v_proj: { in: D_MODEL, out: 64 },
  o_proj: { in: 192, out: D_MODEL },
  gate_proj: { in: D_MODEL, out: 512 },
  up_proj: { in: D_MODEL, out: 512 },
  down_proj: { in: 512, out: D_MODEL },
};

/** Bytes of a frozen weight in a row of the base models, scales included. */
export const PER_WEIGHT = { none: 4, int8: 1 + 4 / D_MODEL, nf4: 0.5 + 1 / 64 + 4 / D_MODEL } as const;

export function pair(language: Language, more: Patch = {}): Patch {
  const { base, corpus } = PAIRS[language];
  return { ...more, model: { ...more.model, base }, data: { ...more.data, corpus } };
}

/** One in how many parameters of a language's base model LoRA of a rank trains, with a pair in every projection. */
export function oneIn(rank: number, language: Language): number {
  const { layers, parameters } = SIZES[language];
  const pairs = Object.values(SHAPES).reduce((sum, shape) => sum + rank * (shape.in + shape.out), 0);
  return Math.round(parameters / (layers * pairs));
}

/**
 * Multiplications of a step in the projections, as a share of those of full fine-tuning: forward, gradient of the inputs, gradient of the
 * weights. A frozen weight goes without the third; a pair has all three of its own.
 */
export function stepWork({ rank, target_modules }: Pick<LoraSpec, 'rank' | 'target_modules'>): number {
  let [weights, pairs] = [0, 0];
  for (const [module, shape] of Object.entries(SHAPES) as [TargetModule, { in: number; out: number }][]) {
    weights += shape.in * shape.out;
    if (target_modules.includes(module)) pairs += rank * (shape.in + shape.out);
  }
  return (2 * weights + 3 * pairs) / (3 * weights);
}

/**
 * How far an entry of a square W moves in the first step, as a share of the learning rate η.
 *
 * AdamW moves every number that learns by about η, whatever its gradient is. B, which begins at zero, becomes ±η; the entries of A are uniform
 * in ±1/√d, so that an entry of ΔW = (α/r)·BA is a sum of r products, of standard deviation (α/r)·√r·η/√(3d); rank-stabilised, of α·η/√(3d) at every rank.
 */
export const firstStep = (lora: Pick<LoraSpec, 'rank' | 'alpha' | 'scaling'>): number => (scaleOf(lora) * Math.sqrt(lora.rank)) / Math.sqrt(3 * D_MODEL);

/** What LoRA multiplies B·A by. */
export const scaleOf = ({ rank, alpha, scaling }: Pick<LoraSpec, 'rank' | 'alpha' | 'scaling'>): number => alpha / (scaling === 'rank_stabilised' ? Math.sqrt(rank) : rank);
