/** The entries that run in this tab, and in others. */
import type { Hold, LockPort } from './locks';

export class Holds {
  private readonly own = new Map<string, Hold>();

  constructor(
    private readonly locks: LockPort,
    private readonly onReleased: (id: string) => void,
  ) {}

  /** Null where this tab or another holds it. */
  async take(id: string): Promise<Hold | null> {
    if (this.own.has(id)) return null;
    // A browser that fails to lock must not keep anybody from training.
    const taken = await this.locks.take(id).catch(unlocked);
    if (!taken) return null;
    const hold: Hold = {
      lost: taken.lost,
      release: () => {
        if (this.own.get(id) !== hold) return Promise.resolve();
        this.own.delete(id);
        const released = taken.release();
        this.onReleased(id);
        return released;
      },
    };
    this.own.set(id, hold);
    return hold;
  }

  /** Whether this tab holds it. */
  has(id: string): boolean {
    return this.own.has(id);
  }

  /** What any tab holds; only this one's where others cannot be asked. */
  async all(): Promise<ReadonlySet<string>> {
    const others = await this.locks.held().catch(() => []);
    return new Set([...others, ...this.own.keys()]);
  }

  dispose(): void {
    this.own.clear();
    this.locks.dispose();
  }
}

const unlocked = (): Hold => ({ lost: new AbortController().signal, release: () => Promise.resolve() });
