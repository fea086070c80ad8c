/** What the figures of this lab say. */
import type { Action } from '../../../types/generated/Action';
import type { HeldKind } from '../../../types/generated/HeldKind';
import type { MeshSpec } from '../../../types/generated/MeshSpec';
import type { RunPhase } from '../../../types/generated/RunPhase';
import type { Remedy } from '../suggestions';

export type PresetKey = 'dp2' | 'dp4' | 'tp2' | 'gpipe' | '1f1b' | 'interleaved' | 'zeroBubble' | 'zero3' | 'pp4dp2' | 'all';
/** What the timeline tells apart. */
export type SpanClass = 'forward' | 'backward' | 'weight' | 'transfer' | 'wait' | 'update';

export interface ParallelMessages {
  mesh: {
    presets: string;
    presetNames: Record<PresetKey, string>;
    ranks(count: number): string;
    rank(rank: number): string;
    replica(index: number): string;
    stage(index: number): string;
    slice(index: number, of: number): string;
    embedding: string;
    head: string;
    layers(first: number, last: number): string;
    half: { attention: string; feed_forward: string };
    holds(what: string[]): string;
    share(parameters: string): string;
    zeroShare(of: number, what: string): string;
    zeroWhat: Record<'optimizer' | 'gradients' | 'parameters', string>;
    modelKey: string;
    noPlan: string;
    /** In the place of a plan, on one rank. */
    alone: string;
    adopt(mesh: MeshSpec, microBatches: number): string;
    unequalHint: string;
    speed: string;
    memory: string;
    speedOf(rank: number): string;
    memoryOf(rank: number): string;
  };

  control: {
    stepThrough: string;
    stepThroughHint: string;
    stepping: string;
    lose: string;
    /** The two ways in which a rank is lost. */
    kill: string;
    hang: string;
    /** What ranks are at before they train. */
    phases: Partial<Record<RunPhase, string>>;
    /** What messages go through. */
    transports: Record<string, string>;
  };

  lost: {
    /** `problem`: what happened; `step`: steps done by then; `from`: those of the last snapshot, 0 where there is none. */
    what(problem: string, step: number, from: number): string;
    goOn(from: number): string;
  };

  cores: {
    /** More ranks than cores. */
    few(ranks: number, cores: number): string;
    enough(ranks: number, cores: number): string;
    choose: string;
    own: string;
    ownHint: string;
    measured: string;
    measuredHint: string;
  };

  timeline: {
    title: string;
    planned: string;
    measured: string;
    predicted: string;
    captionPlan: string;
    captionPrediction: string;
    captionRun(step: number): string;
    /** What the bubble is, and of what. */
    bubble(share: string): string;
    step(time: string): string;
    median: string;
    modelled: string;
    /** `slowed`: how many times slower than the steps it goes; null: as fast. */
    playhead(slowed: string | null): string;
    kinds: Record<SpanClass, string>;
    unitAxis: string;
    millisecondAxis: string;
    secondAxis: string;
    busy: string;
    busyHint: string;
    zoomIn: string;
    zoomOut: string;
    whole: string;
    zoomHint: string;
    keyHint: string;
    point: string;
    asTable: string;
    order: string;
    viewsRun: string;
    viewsPlan: string;
    showRun: string;
    showPlan: string;
    noPlan: string;
    reduce: string;
    update: string;
    summary(ranks: number, makespan: string): string;
    unit(value: string): string;
  };

  actions: Record<'forward' | 'backward' | 'backward_input' | 'backward_weight', (microBatch: number, stage: string) => string> &
    Record<'send_activation' | 'recv_activation' | 'send_gradient' | 'recv_gradient', (microBatch: number, peer: number) => string> &
    Record<Extract<Action, { type: 'reduce_gradients' | 'optimizer_step' }>['type'], string>;
  waitsForEnd: string;

  steps: {
    title: string;
    hint: string;
    starting: string;
    next: string;
    nextAll: string;
    busy: string;
    passRank(rank: number, action: string): string;
    pass: string;
    microBatch: string;
    kinds: Record<HeldKind, string>;
    total(bytes: string): string;
    chunk(index: string): string;
  };

  figures: {
    time: string;
    timeCaption: string;
    timeCaptionModelled: string;
    predicted: string;
    modelled: string;
    measured: string;
    /** A run on one rank that is modelled, not run. */
    oneRank: string;
    speedUp(times: string, ranks: number, run: string): string;
    speedUpModelled(times: string, ranks: number): string;
    noBaseline: string;
    throughput(tokens: string): string;
    bubble: string;
    bubbleCaption: string;
    bubbleCaptionModelled: string;
    ideal: string;
    formula(stages: number, microBatches: number): string;
    afterRun: string;
    suggestions: string;
    suggestionsModelled: string;
    /** `ways`: what could help, as a list of {@link remedies}. */
    suggest: {
      transfer(share: string, ways: string): string;
      bubble(share: string, ways: string): string;
      idleStages(stages: { stage: number; share: string }[], ways: string): string;
    };
    remedies: Record<Remedy, string>;
    nothingToTry: string;
    byHand: string;
  };

  memory: {
    title: string;
    captionPlan: string;
    captionRun: string;
    limit(size: string): string;
    beyond(size: string): string;
    atLeast: string;
    oneRank: string;
  };

  traffic: {
    title: string;
    caption: string;
    kind: string;
    bytes: string;
    messages: string;
    seconds: string;
    wait: string;
    transfer: string;
    predicted: string;
    measured: string;
    total: string;
    kinds: Record<string, string>;
    empty: string;
    saved(share: string, sent: string, whole: string): string;
    effect(share: string): string;
    effectUnknown: string;
  };

  loss: {
    title: string;
    caption: string;
    difference(share: string, step: number): string;
    same: string;
    empty: string;
    summary(run: string, loss: string): string;
  };
}
