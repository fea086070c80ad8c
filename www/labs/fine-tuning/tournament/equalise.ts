/** Making methods equal in what they train, or in the bytes that they take, is the engine's: it knows what each setting comes to. */
import type { Lab } from '../../../engine/lab';
import type { Spec } from '../../../types/generated/Spec';
import type { EqualisedBy, Equaliser } from '../../../types/search';

/** The experiment with the sizes, or batches, of its runs made to fit a rule. Rejected where the engine refuses, or cannot. */
export async function equalise(lab: Lab, spec: Spec, rule: EqualisedBy, signal: AbortSignal): Promise<Spec> {
  const able = lab as Lab & Partial<Equaliser>;
  if (!able.equalise) throw new CannotEqualise();
  return able.equalise(spec, rule, signal);
}

/** The engine that is there is from before it could. */
export class CannotEqualise extends Error {}
