/** What is known of a run while it goes on: its events, folded. A kept {@link RunResult} folds to the same. */
import { Signal } from 'signal-polyfill';
import type { ForkReport } from '../../types/generated/ForkReport';
import type { MemoryUse } from '../../types/generated/MemoryUse';
import type { Metric } from '../../types/generated/Metric';
import type { ParallelReport } from '../../types/generated/ParallelReport';
import type { Problem } from '../../types/generated/Problem';
import type { RankStep } from '../../types/generated/RankStep';
import type { RunPhase } from '../../types/generated/RunPhase';
import type { RunResult } from '../../types/generated/RunResult';
import type { RunSpec } from '../../types/generated/RunSpec';
import type { Sample } from '../../types/generated/Sample';
import { reportOf, type AnyEvent, type SearchReport } from '../../types/search';
import type { ClockPort } from '../ports';
import { divergence, divergenceAt, type Divergence } from './divergence';
import { inTodaysNames } from './earlier-report';
import { Facets } from './facets';
import { memoryAtPeak, metricSoFar } from './statistics';

/** Points of one curve, in order of their steps. */
export interface Curve {
  steps: number[];
  values: number[];
}

export interface SampleView extends Sample {
  done: boolean;
}

/** A rank that is gone. */
export interface LostRank {
  problem: Problem;
  /** Steps done when it was lost. */
  step: number;
  /** Steps done at the state that the run can go on from. */
  from: number;
}

export type RunStatus = 'waiting' | 'running' | 'lost' | 'finished' | 'cancelled' | 'failed' | 'interrupted';

/** What a reader can depend on by itself. */
export type RunFacet = 'status' | 'progress' | 'curves' | 'memory' | 'samples' | 'ranks' | 'figures';

const EMPTY: Curve = { steps: [], values: [] };

export class RunView {
  private readonly facets: Facets<RunFacet>;
  private readonly called: Signal.State<string>;
  private state: RunStatus = 'waiting';
  private why: Problem | null = null;
  private doing: RunPhase | null = null;
  private gone: LostRank | null = null;
  private done: number;
  private planned: number;
  private readonly figuresSoFar = new Map<string, Metric>();
  /** Metrics of what was measured so far, until more is. */
  private readonly statistics = new Map<string, Metric | null>();
  /** Whether its figures are of all that it measured. */
  private whole = false;
  private readonly curvesSoFar = new Map<string, Curve>();
  private used: Record<string, MemoryUse> = {};
  private written: SampleView[] = [];
  private report: Partial<ParallelReport> = {};
  private forked: ForkReport | null = null;
  private searched: SearchReport | null = null;
  private risen: Divergence | null = null;

  constructor(
    name: string,
    readonly spec: RunSpec,
    clock: ClockPort,
    /** Optimizer steps that it has in common with the run that it is a fork of; 0 where it begins at the first. */
    readonly from = 0,
  ) {
    this.done = from;
    this.planned = spec.training.steps;
    this.called = new Signal.State(name);
    this.facets = new Facets(clock);
  }

  get name(): string {
    return this.called.get();
  }

  rename(nameOf: (name: string) => string): void {
    this.called.set(nameOf(Signal.subtle.untrack(() => this.name)));
  }

  get status(): RunStatus {
    this.facets.read('status');
    return this.state;
  }

  /** Why it failed. */
  get problem(): Problem | null {
    this.facets.read('status');
    return this.why;
  }

  get phase(): RunPhase | null {
    this.facets.read('status');
    return this.doing;
  }

  get lost(): LostRank | null {
    this.facets.read('status');
    return this.gone;
  }

  get ended(): boolean {
    return ['finished', 'cancelled', 'failed'].includes(this.status);
  }

  /** Optimizer steps done. */
  get step(): number {
    this.facets.read('progress');
    return this.done;
  }

  /** Optimizer steps in all; of a run that is given a time, as many as are expected to fit in it. */
  get steps(): number {
    this.facets.read('progress');
    return this.planned;
  }

  /** How much of what it does itself is done, from 0 to 1. */
  get share(): number {
    return Math.max(0, this.step - this.from) / Math.max(1, this.steps - this.from);
  }

  /** Tokens trained on in a second, by the median of all steps. */
  get tokensPerSecond(): number | null {
    return this.figure('tokens_per_second')?.value ?? null;
  }

  /** A series; it grows in place. */
  curve(series: string): Curve {
    this.facets.read('curves');
    return this.curvesSoFar.get(series) ?? EMPTY;
  }

  get memory(): Record<string, MemoryUse> {
    this.facets.read('memory');
    return this.used;
  }

  /** In the order of their steps; the last may still grow. */
  get samples(): readonly SampleView[] {
    this.facets.read('samples');
    return this.written;
  }

  /**
   * A figure by its name among the metrics, or `memory.CATEGORY`; of a run that is under way the same statistic as of a whole one, of what
   * it measured so far.
   */
  figure(name: string): Metric | null {
    for (const facet of ['figures', 'curves', 'memory'] as const) this.facets.read(facet);
    if (name.startsWith('memory.')) return memoryAtPeak(name, this.used);
    if (this.whole && this.figuresSoFar.has(name)) return this.figuresSoFar.get(name)!;
    if (!this.statistics.has(name)) this.statistics.set(name, metricSoFar(name, this));
    return this.statistics.get(name) ?? this.figuresSoFar.get(name) ?? null;
  }

  /** Names of the figures that are not made of its curves or memory. */
  get figureNames(): string[] {
    this.facets.read('figures');
    return [...this.figuresSoFar.keys()];
  }

  /** What is known of its ranks. */
  get parallel(): Partial<ParallelReport> {
    this.facets.read('ranks');
    return this.report;
  }

  /** What each rank measured in the last step. */
  get ranks(): RankStep[] {
    return this.parallel.last ?? [];
  }

  get fork(): ForkReport | null {
    this.facets.read('figures');
    return this.forked;
  }

  /** What its search for a learning rate found so far; null where it has none. */
  get search(): SearchReport | null {
    this.facets.read('figures');
    return this.searched;
  }

  /** Where its loss first was far above its start. */
  get diverged(): Divergence | null {
    this.facets.read('status');
    return this.risen;
  }

  /** Takes in one event of this run. */
  apply(event: AnyEvent): void {
    this.measures();
    switch (event.type) {
      case 'started':
        this.planned = event.steps;
        this.set('trainable_parameters', 'parameters', event.trainable_parameters);
        this.set('total_parameters', 'parameters', event.total_parameters);
        this.set('trainable_share', 'ratio', event.trainable_parameters / event.total_parameters);
        return this.become('running');
      case 'phase':
        this.doing = event.phase;
        return this.become('running');
      case 'progress':
        this.done = event.step;
        this.planned = event.steps;
        this.set('duration', 's', event.elapsed_seconds);
        return this.facets.touch('progress');
      case 'metric':
        return this.point(event.series, event.step, event.value);
      case 'figure':
        this.figuresSoFar.set(event.name, event.figure);
        this.statistics.set(event.name, event.figure);
        return this.facets.touch('figures');
      case 'memory':
        this.used = event.memory;
        return this.facets.touch('memory');
      case 'sample':
        return this.sample(event);
      case 'planned':
        this.report = { ...this.report, planned: event.planned };
        return this.facets.touch('ranks');
      case 'predicted':
        this.report = { ...this.report, transport: event.transport, pilots: event.pilots, prediction: event.prediction };
        return this.facets.touch('ranks');
      case 'ranks':
        this.report = { ...this.report, last: event.ranks };
        return this.facets.touch('ranks');
      case 'lost':
        this.gone = { problem: event.problem, step: event.step, from: event.from };
        return this.become('lost');
      case 'forked':
        this.forked = event.report;
        return this.facets.touch('figures');
      case 'searched':
        this.searched = event.report;
        return this.facets.touch('figures');
      case 'finished':
      case 'cancelled':
        return this.become(event.type);
      case 'failed':
        this.why = event.problem;
        return this.become('failed');
    }
  }

  /** Takes in what was kept of it; its figures replace those gathered on the way. */
  complete(result: RunResult): void {
    this.why = result.problem ?? null;
    this.used = result.memory;
    for (const [name, points] of Object.entries(result.series)) {
      this.curvesSoFar.set(name, { steps: points.map(([step]) => step), values: points.map(([, value]) => value) });
    }
    for (const [name, metric] of Object.entries(result.metrics)) this.figuresSoFar.set(name, metric);
    this.measures();
    this.whole = true;
    this.risen = divergence(this.curvesSoFar.get('loss') ?? EMPTY);
    this.written = result.samples.map((sample) => ({ ...sample, done: true }));
    this.report = result.reports.parallel ? inTodaysNames(result.reports.parallel) : {};
    this.forked = result.reports.fork ?? null;
    this.searched = reportOf(result.reports);
    this.done = this.curvesSoFar.get('loss')?.steps.at(-1) ?? this.from;
    this.planned = this.searched?.budget?.steps ?? this.spec.training.steps;
    this.become(result.status);
    this.facets.touch('progress', 'curves', 'memory', 'samples', 'ranks', 'figures');
    this.facets.flush();
  }

  /** Forgets what came after a step, since the run goes on from there. */
  rewind(step: number): void {
    this.measures();
    for (const curve of this.curvesSoFar.values()) {
      const kept = curve.steps.findIndex((at) => at > step);
      if (kept < 0) continue;
      curve.steps.length = curve.values.length = kept;
    }
    this.written = this.written.filter((sample) => sample.step <= step);
    if (this.risen && this.risen.step > step) this.risen = null;
    [this.done, this.gone] = [step, null];
    this.become('running');
    this.facets.touch('progress', 'curves', 'samples');
  }

  /** Tells of everything now. */
  flush(): void {
    this.facets.flush();
  }

  dispose(): void {
    this.facets.dispose();
  }

  /** What there is of it is about to change. */
  private measures(): void {
    this.statistics.clear();
    this.whole = false;
  }

  private become(status: RunStatus): void {
    this.state = status;
    this.facets.touch('status');
  }

  private set(name: string, unit: string, value: number): void {
    this.figuresSoFar.set(name, { value, unit, kind: 'measured', spread: null });
    this.facets.touch('figures');
  }

  private point(series: string, step: number, value: number): void {
    let curve = this.curvesSoFar.get(series);
    if (!curve) this.curvesSoFar.set(series, (curve = { steps: [], values: [] }));
    curve.steps.push(step);
    curve.values.push(value);
    this.facets.touch('curves');
    if (series !== 'loss' || this.risen) return;
    this.risen = divergenceAt(curve, curve.steps.length - 1);
    if (this.risen) this.facets.touch('status');
  }

  private sample({ stage, step, prompt, text, done }: AnyEvent & { type: 'sample' }): void {
    const last = this.written.at(-1);
    const grows = last !== undefined && last.step === step && last.stage === stage;
    this.written = [...(grows ? this.written.slice(0, -1) : this.written), { stage, step, prompt, text, done }];
    this.facets.touch('samples');
  }
}
