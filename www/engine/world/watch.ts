/** Watches over ranks while they work: one that has to answer, and gives no sign of life, is lost. */

/** What is watched. */
interface Watched {
  /** Whether it has to answer. */
  readonly busy: boolean;
  /** When it last said anything, on the clock of `performance.now()`. */
  lastHeard: number;
}

/** Milliseconds between two looks. */
const LOOK = 100;

export class Watch {
  private timer: ReturnType<typeof setInterval> | undefined;
  private looked = 0;
  private patience = 0;

  constructor(
    private readonly watched: readonly Watched[],
    private readonly silent: (index: number, milliseconds: number) => void,
  ) {}

  /** Watches from now on; `patience` in milliseconds. */
  begin(patience: number): void {
    this.patience = patience;
    const now = performance.now();
    for (const watched of this.watched) watched.lastHeard = now;
    this.looked = now;
    this.timer ??= setInterval(() => this.look(), LOOK);
  }

  end(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private look(): void {
    const now = performance.now();
    const late = now - this.looked > 5 * LOOK;
    this.looked = now;
    // This page itself stood still, or sleeps in the background: what was posted meanwhile is heard only now.
    if (late) return this.begin(this.patience);
    const index = this.watched.findIndex(({ busy, lastHeard }) => busy && now - lastHeard > this.patience);
    if (index < 0) return;
    this.end();
    this.silent(index, Math.round(now - this.watched[index]!.lastHeard));
  }
}
