/** What a learner could change, from what ranks spend a step on. */
import { FIELDS } from '../../engine/spec/schema';
import type { RunSpec } from '../../types/generated/RunSpec';
import type { StepFacts } from './step-facts';

/** Something that the form can do, and that is not done yet. */
export type Remedy =
  | 'moreMicroBatches'
  | 'largerBatch'
  | 'fewerStages'
  | 'zeroBubble'
  | 'balanced'
  | 'fewerTensorRanks'
  | 'lowerZero'
  | 'compression';

/** Something that takes more, or a stage that does less, than it should, and what could help; shares of one. */
export type Suggestion = { remedies: Remedy[] } & (
  | { kind: 'transfer'; share: number }
  | { kind: 'bubble'; share: number }
  | { kind: 'idleStages'; stages: IdleStage[] }
);

/** A stage that computes for a small share of the forward and backward phase. */
export interface IdleStage {
  stage: number;
  share: number;
}

/** A stage that computes for less than this share of the forward and backward phase is told of (chapter 15.4 of the book). */
const LEAST_UTILISATION = 0.8;
/** A larger bubble is told of (chapter 15.4 of the book). */
const MOST_BUBBLE = 0.1;
/** Ranks that transfer for more of the step are told of. */
const MOST_TRANSFER = 0.2;

/** What chapter 15.4 would have a learner change, and transfer, which it leaves out. Nothing is suggested that is on already, or that the form refuses. */
export function suggest(spec: RunSpec, { bubble, transfer, stages }: Pick<StepFacts, 'bubble' | 'transfer' | 'stages'>): Suggestion[] {
  const found: Suggestion[] = [];
  if (transfer !== null && transfer > MOST_TRANSFER) found.push({ kind: 'transfer', share: transfer, remedies: againstTransfer(spec) });
  if (spec.mesh.pipeline > 1) {
    if (bubble !== null && bubble > MOST_BUBBLE) found.push({ kind: 'bubble', share: bubble, remedies: againstBubble(spec) });
    const idle = idleStages(stages ?? []);
    if (idle.length > 0) found.push({ kind: 'idleStages', stages: idle, remedies: spec.mesh.partition === 'balanced' ? [] : ['balanced'] });
  }
  return found.filter(({ remedies }) => remedies.length > 0);
}

/** Of four equal stages and four micro-batches each computes 57% of the time: a stage is to blame only if others do better. */
function idleStages(shares: readonly number[]): IdleStage[] {
  const busiest = Math.max(...shares);
  const used = shares.map((share, stage) => ({ stage, share }));
  return used.filter(({ share }) => share < LEAST_UTILISATION && share < LEAST_UTILISATION * busiest);
}

const mayGrow = ({ training }: RunSpec): boolean => training.batch_size < (FIELDS.get('training.batch_size')?.schema.maximum ?? Infinity);

function againstBubble(spec: RunSpec): Remedy[] {
  const { mesh, training } = spec;
  // A micro-batch has one sequence at the least; larger batches make room for more of them.
  const most = Math.floor(training.batch_size / mesh.data);
  const remedies: Remedy[] = [];
  if (training.micro_batches < most) remedies.push('moreMicroBatches');
  else if (mayGrow(spec)) remedies.push('largerBatch');
  if (mesh.pipeline > 2) remedies.push('fewerStages');
  if (mesh.schedule === 'gpipe' || mesh.schedule === '1f1b') remedies.push('zeroBubble');
  return remedies;
}

function againstTransfer(spec: RunSpec): Remedy[] {
  const { mesh, communication } = spec;
  const remedies: Remedy[] = [];
  // What replicas exchange does not grow with the batch.
  if (mesh.data > 1 && mayGrow(spec)) remedies.push('largerBatch');
  if (mesh.tensor > 1) remedies.push('fewerTensorRanks');
  if (mesh.data > 1 && mesh.zero === 'parameters') remedies.push('lowerZero');
  if (mesh.data > 1 && mesh.zero === 'none' && communication.compression === 'none') remedies.push('compression');
  if (mesh.pipeline > 2) remedies.push('fewerStages');
  return remedies;
}
