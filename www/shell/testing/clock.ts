/** A clock for tests, which goes when it is wound. */
import type { ClockPort } from '../ports';

export class WoundClock implements ClockPort {
  private time = 0;
  private readonly waiting: { at: number; act: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(milliseconds: number, act: () => void): () => void {
    const entry = { at: this.time + milliseconds, act };
    this.waiting.push(entry);
    return () => {
      const index = this.waiting.indexOf(entry);
      if (index >= 0) this.waiting.splice(index, 1);
    };
  }

  /** Lets so many milliseconds pass. */
  wind(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const next = this.waiting.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.waiting.splice(this.waiting.indexOf(next), 1);
      this.time = Math.max(this.time, next.at);
      next.act();
    }
    this.time = end;
  }
}
