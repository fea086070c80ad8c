import { Signal } from 'signal-polyfill';
import type { StoragePort } from '../shell/ports';

/** One of a few things that the visitor may choose for the whole page, remembered from page to page. */
export class Choice<T extends string> {
  private readonly state: Signal.State<T>;
  private readonly followers = new Set<(current: T) => void>();

  /** Begins with what is remembered under the key, or else with `otherwise`; whatever is remembered and is no option counts as nothing. */
  constructor(
    private readonly storage: StoragePort,
    private readonly key: string,
    readonly options: readonly T[],
    otherwise: T,
  ) {
    const stored = storage.get(key);
    this.state = new Signal.State(options.find((option) => option === stored) ?? otherwise);
  }

  /** Whoever reads it within a computation or a drawing by `DrawnBySignals` is told of the next. */
  get current(): T {
    return this.state.get();
  }

  choose(next: T): void {
    this.storage.set(this.key, next);
    this.state.set(next);
    for (const follower of this.followers) follower(next);
  }

  /** The option after the current one; after the last comes the first. */
  get next(): T {
    return this.options[(this.options.indexOf(this.current) + 1) % this.options.length]!;
  }

  /** Calls with the current option now, and with every other that is chosen until the function that is returned is called. */
  follow(act: (current: T) => void): () => void {
    this.followers.add(act);
    act(Signal.subtle.untrack(() => this.current));
    return () => void this.followers.delete(act);
  }
}
