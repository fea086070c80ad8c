/**
 * What the engine says of the search for a learning rate, of equal times and of forgetting, until `generated/` has it: then this file goes,
 * and whoever imports it imports that.
 */
import type { Event } from './generated/Event';
import type { Reports } from './generated/Reports';
import type { RunSpec } from './generated/RunSpec';
import type { Spec } from './generated/Spec';

/** The search for a learning rate by successive halving, before the training. */
export interface SearchSpec {
  /** Rates that are tried, evenly on a logarithmic scale; 0: there is no search. */
  candidates: number;
  lowest: number;
  highest: number;
  /** Optimizer steps of the first round; each round has twice those of the one before, for the better half. */
  steps: number;
}

/** One rate that was tried. */
export interface Candidate {
  learning_rate: number;
  /** Optimizer steps done, and the validation loss then. */
  losses: [step: number, loss: number][];
  /** Steps after which it was dropped; null: it was not. */
  dropped_after: number | null;
}

export interface SearchReport {
  /** The rate that was found; null: not yet, or none of them trains. */
  chosen: number | null;
  candidates: Candidate[];
  /** Optimizer steps of all candidates together, and the time they took. */
  steps: number;
  seconds: number;
  /** Where the time of the run is given: the steps that fit in it. */
  budget?: { seconds: number; step_milliseconds: number; steps: number } | null;
}

/** How much of the search is known, while it goes on too. */
export interface SearchedEvent {
  type: 'searched';
  run: number;
  report: SearchReport;
}

/** Events of today, and that. */
export type AnyEvent = Event | SearchedEvent;

/** What a spec may say of it. */
export type SearchedSpec = Omit<RunSpec, 'training' | 'evaluation'> & {
  training: RunSpec['training'] & { search?: SearchSpec; seconds?: number };
  evaluation: RunSpec['evaluation'] & { base_corpus?: string };
};

const said = (spec: RunSpec): SearchedSpec => spec;

export const searchOf = (spec: RunSpec): SearchSpec => said(spec).training.search ?? { candidates: 0, lowest: 0.0001, highest: 0.03, steps: 10 };
/** Seconds that the training is given; 0: it is given steps. */
export const secondsOf = (spec: RunSpec): number => said(spec).training.seconds ?? 0;
export const reportOf = (reports: Reports): SearchReport | null => (reports as Reports & { search?: SearchReport | null }).search ?? null;

/** What is made equal among runs by the sizes of their methods, or of their batches. */
export type EqualisedBy = 'parameters' | 'memory';

export interface Equaliser {
  equalise(spec: Spec, rule: EqualisedBy, signal?: AbortSignal): Promise<Spec>;
}
