/** Which run is which while others come and go before them and names change. */
import { parentOf } from '../../engine/spec/patch';
import type { Spec } from '../../types/generated/Spec';

interface Identity {
  key: number;
  /** The key of the run that it is a fork of. */
  parent: number | null;
}

export class RunIdentities {
  private runs: Identity[] = [];
  private next = 0;

  /** All are other runs than before. */
  renew(spec: Spec): void {
    const first = this.next;
    this.next += spec.runs.length;
    this.runs = spec.runs.map((_, run) => {
      const parent = parentOf(spec, run);
      return { key: first + run, parent: parent < 0 ? null : first + parent };
    });
  }

  /** Stays the same for a run. */
  key(run: number): number {
    return this.runs[run]!.key;
  }

  /** Whether a run is a fork of another. */
  isFork(run: number, of: number): boolean {
    return this.runs[run]!.parent === this.key(of);
  }

  /** A run was put in, a fork of another or, where that is -1, of none. */
  insert(at: number, parent: number): void {
    this.runs.splice(at, 0, { key: this.next++, parent: this.runs[parent]?.key ?? null });
  }

  remove(gone: ReadonlySet<number>): void {
    this.runs = this.runs.filter((_, run) => !gone.has(run));
  }

  /** The forks of a run, and forks of these. */
  forksOf(run: number): number[] {
    const found = new Set<number>();
    const add = (of: number): void => {
      this.runs.forEach((_, other) => {
        // A link may have runs that are forks of each other, which the check refuses.
        if (other === run || found.has(other) || !this.isFork(other, of)) return;
        found.add(other);
        add(other);
      });
    };
    add(run);
    return [...found].sort((a, b) => a - b);
  }
}
