/** A line that goes over the plan while its run goes on. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** A sweep takes this long at the least, in milliseconds: faster, it would flicker. */
const SHORTEST = 2000;

/** A sweep over the plan. */
export interface Sweep {
  /** Steps done: each that is reported begins a sweep anew, unless sweeps are slowed. */
  step: number;
  /** What a step is expected to take, in milliseconds. */
  expected: number;
  /** Pixels from the first to the last moment of the plan. */
  from: number;
  to: number;
}

/** How many times slower than the steps a sweep is; 1: as fast. */
export const slowedBy = (expected: number): number => (expected > 0 ? Math.max(1, SHORTEST / expected) : 1);

export class Playhead implements ReactiveController {
  private known = '';
  private animation: Animation | null = null;

  /** `sweep`: null while there is none; `line`: what moves, once it is drawn. */
  constructor(
    host: ReactiveControllerHost,
    private readonly sweep: () => Sweep | null,
    private readonly line: () => HTMLElement | null | undefined,
  ) {
    host.addController(this);
  }

  hostUpdated(): void {
    const [sweep, line] = [this.sweep(), this.line()];
    if (!sweep || !line) return this.stop();
    const { step, expected, from, to } = sweep;
    const slowed = slowedBy(expected) > 1;
    const key = JSON.stringify([slowed ? null : step, slowed ? null : expected, from, to]);
    if (key === this.known && this.animation?.effect && (this.animation.effect as KeyframeEffect).target === line) return;
    this.stop();
    this.known = key;
    const moments = [from, to].map((x) => ({ transform: `translateX(${x}px)` }));
    // A step that takes longer than expected: the line waits at the end of the plan.
    this.animation = line.animate(moments, { duration: Math.max(SHORTEST, expected), iterations: slowed ? Infinity : 1, fill: 'forwards' });
  }

  hostDisconnected(): void {
    this.stop();
  }

  private stop(): void {
    this.animation?.cancel();
    this.animation = null;
    this.known = '';
  }
}

/** Whether whoever looks wishes for less motion. */
export const lessMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
