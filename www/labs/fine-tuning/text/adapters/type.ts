import type { Mixing } from '../../../../types/generated/Mixing';
import type { MergeStage } from '../../../../types/generated/MergeStage';

/** What the page of many adapters says. Numbers come as they are read. */
export interface AdaptersText {
  panel: {
    trained: string;
    steps: string;
    change: string;
    drop: string;
    /** `config` and `weights` are the names of an adapter’s files. */
    dropHint(base: string, config: string, weights: string): string;
    /** That files of a name cannot be used; why is folded below. */
    refused(name: string): string;
    why: string;
  };
  shelf: {
    heading: string;
    caption: string;
    empty: string;
    /** That runs have results, but what they held is not there: they ended before the page was opened, or others took its place. */
    resultsOnly: string;
    untilClosed: string;
    adapter: string;
    base: string;
    method: string;
    modules: string;
    parameters: string;
    memory: string;
    file: string;
    /** On which text. */
    loss(text: string): string;
    actions: string;
    /** Rank and alpha of LoRA. */
    rankAlpha(rank: string, alpha: string): string;
    virtualTokens(count: string): string;
    moduleCount(count: string): string;
    training(step: string, steps: string): string;
    waitsForTurn: string;
    trained: string;
    putting: string;
    /** That the engine trains something, which is measured alone. */
    waits: string;
    refused: string;
    ofBase(name: string): string;
    dropped: string;
    /** The base that dropped files name. */
    madeFor(base: string): string;
    /** That an adapter on a rounded base takes up its own copy of it. */
    ownBase(bits: string): string;
    mixed(how: string): string;
    /** A part of a mixture. */
    part(weight: string, name: string): string;
    below(gap: string): string;
    above(gap: string): string;
    save: string;
    saveOf(name: string): string;
    noFiles: string;
    remove: string;
    removeOf(name: string): string;
    asTheBase: string;
  };
  serve: {
    heading: string;
    caption: string;
    prompt: string;
    more: string;
    tokens: string;
    temperature: string;
    write: string;
    again: string;
    stop: string;
    empty: string;
    waiting: string;
    rate(rate: string): string;
    amount(tokens: string, rows: string, seconds: string): string;
    shared(rows: string, all: string): string;
    together(others: number): string;
    byItself: string;
    /** Before the reason. */
    because: string;
    swap(milliseconds: string): string;
    swapBar(within: boolean): string;
    sheet(name: string): string;
  };
  mix: {
    heading: string;
    caption: string;
    needsTwo: string;
    weight(name: string): string;
    more(count: number): string;
    how: string;
    hows: Record<Mixing, { name: string; means: string }>;
    rank: string;
    name(parts: string[]): string;
    mix: string;
    atLeastTwo: string;
    mixing: string;
    /** How the mixture's loss compares with those of what it is of. */
    result(name: string, loss: string, parts: { name: string; loss: string }[], best: boolean): string;
  };
  anatomy: {
    heading: string;
    caption: string;
    adapter: string;
    examine: string;
    again: string;
    stop: string;
    progress(done: string, all: string): string;
    empty: string;
    layer: string;
    noLayer: string;
    module: string;
    values: {
      heading: string;
      caption: string;
      count: string;
      share: string;
      /** So many singular values. */
      largest(values: string): string;
      /** How many hold 90%. */
      enough(values: string): string;
      /** `held`: what a lower rank keeps. */
      says(needed: string, of: string, most: string, at: string, lower: string, held: string): string;
      one: string;
      none: string;
    };
    change: { heading: string; caption: string; says(at: string, most: string, mean: string): string; none: string };
    worth: {
      heading: string;
      caption: string;
      /** `covered`: whether the parts come to clearly less than the whole. */
      says(gain: string, at: string, worth: string, share: string, sum: string, covered: boolean): string;
      hurts(at: string, by: string): string;
      none(least: string): string;
    };
    rounding: { heading: string; caption: string; error: string; mean(share: string): string; says(int8: string, nf4: string, times: string, layer: string): string };
    survival: {
      heading: string;
      caption: string;
      stage: string;
      loss: string;
      kl: string;
      left: string;
      stages: Record<MergeStage, string>;
      /** `gone`: whether rounding to NF4 takes more than half. */
      says(merged: string, nf4: string, int8: string, gone: boolean): string;
      none(least: string): string;
    };
    at(layer: number, role: string): string;
  };
}
