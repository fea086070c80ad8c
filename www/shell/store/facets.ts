/** Data that grows fast and is drawn now and then: whoever reads a facet of it is told when it changed, not too often. */
import { Signal } from 'signal-polyfill';
import type { ClockPort } from '../ports';

/** Time between two drawings of what runs: drawing takes the cores from the training. */
const DRAW_MILLISECONDS = 120;

export class Facets<F extends string> {
  private readonly versions = new Map<F, Signal.State<number>>();
  private readonly changed = new Set<F>();
  private waiting: (() => void) | null = null;

  constructor(private readonly clock: ClockPort) {}

  /** To be called by whatever reads a facet within a computation or a rendering. */
  read(facet: F): void {
    this.version(facet).get();
  }

  /** Says that a facet has changed. */
  touch(...facets: F[]): void {
    for (const facet of facets) this.changed.add(facet);
    this.waiting ??= this.clock.after(DRAW_MILLISECONDS, () => this.flush());
  }

  /** Tells of all changes now. */
  flush(): void {
    this.waiting?.();
    this.waiting = null;
    for (const facet of this.changed) {
      const version = this.version(facet);
      version.set(Signal.subtle.untrack(() => version.get()) + 1);
    }
    this.changed.clear();
  }

  /** Tells of nothing any more. */
  dispose(): void {
    this.waiting?.();
    this.waiting = null;
    this.changed.clear();
  }

  private version(facet: F): Signal.State<number> {
    let version = this.versions.get(facet);
    if (!version) this.versions.set(facet, (version = new Signal.State(0)));
    return version;
  }
}
