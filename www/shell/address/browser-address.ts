/** The address bar, of which browsers allow few changes: Safari and Firefox throw after some 100 in 10 seconds. */
import type { AddressPort, ClockPort } from '../ports';

/** Milliseconds that an experiment rests before it is written. */
const REST = 250;
/** Milliseconds until a write that was refused is tried again. */
const AGAIN = 2000;

export class BrowserAddress implements AddressPort {
  private pending: { hash: string; cancel: () => void } | null = null;

  constructor(
    private readonly window: Window,
    private readonly clock: ClockPort,
  ) {}

  read(): string {
    return this.pending?.hash ?? this.window.location.hash;
  }

  write(hash: string): void {
    this.later(hash, REST);
  }

  href(hash: string): string {
    const { origin, pathname, search, protocol } = this.window.location;
    // A file has no origin to speak of.
    return `${protocol === 'file:' ? 'file://' : origin}${pathname}${search}${hash}`;
  }

  follow(changed: () => void): () => void {
    const heard = (): void => {
      this.pending?.cancel();
      this.pending = null;
      changed();
    };
    this.window.addEventListener('hashchange', heard);
    // Whoever leaves takes the experiment along as it stands.
    const leave = (): void => this.flush();
    this.window.addEventListener('pagehide', leave);
    return () => {
      this.flush();
      this.window.removeEventListener('hashchange', heard);
      this.window.removeEventListener('pagehide', leave);
    };
  }

  private later(hash: string, milliseconds: number): void {
    this.pending?.cancel();
    this.pending = { hash, cancel: this.clock.after(milliseconds, () => this.flush()) };
  }

  private flush(): void {
    const { pending } = this;
    if (!pending) return;
    pending.cancel();
    this.pending = null;
    if (this.window.location.hash === pending.hash) return;
    try {
      const { pathname, search } = this.window.location;
      this.window.history.replaceState(this.window.history.state, '', `${pathname}${search}${pending.hash}`);
    } catch {
      this.later(pending.hash, AGAIN);
    }
  }
}

/** Where there is no address to write to: it is kept, and given out as one of the page `home`. */
export class MemoryAddress implements AddressPort {
  constructor(
    private hash = '',
    private readonly home = '',
  ) {}

  read(): string {
    return this.hash;
  }

  write(hash: string): void {
    this.hash = hash;
  }

  href(hash: string): string {
    return this.home + hash;
  }

  follow(): () => void {
    return () => undefined;
  }
}
