/** An adapter on the page's shelf: where it comes from, and how it stands. */
import { Signal } from 'signal-polyfill';
import type { PeftFiles, Shelved } from '../../../../engine/shelf/shelf';
import type { Mixing } from '../../../../types/generated/Mixing';
import type { RunState } from '../../../../engine/wasm';
import type { Problem } from '../../../../types/generated/Problem';
import type { RunSpec } from '../../../../types/generated/RunSpec';

export type Origin =
  /** What a run held at its end. `key` tells apart what was trained. */
  | { kind: 'run'; key: string; config: RunSpec; state: RunState }
  | { kind: 'files'; files: PeftFiles }
  /** A mixture, of adapters that may be gone by now. */
  | { kind: 'mix'; files: PeftFiles; parts: readonly { name: string; weight: number }[]; how: Mixing; rank: number | null };

export type ItemState =
  | { is: 'waiting' }
  | { is: 'ready'; shelved: Shelved }
  /** The base of the page is not its own, its files are at fault, or there is no room for it. */
  | { is: 'refused'; problems: readonly Problem[] };

/** Whether it is only memory that it lacks: there may be some once another is gone. */
export const lacksMemory = (state: ItemState): boolean => state.is === 'refused' && state.problems.some(({ code }) => code === 'out_of_memory');

export class Item {
  private readonly now = new Signal.State<ItemState>({ is: 'waiting' });
  private readonly measured = new Signal.State<number | null>(null);
  private readonly called: Signal.State<string>;

  constructor(
    /** Which of the runs' colours and patterns it has, so that a run looks alike in every figure. */
    readonly place: number,
    name: string,
    readonly origin: Origin,
  ) {
    this.called = new Signal.State(name);
  }

  get name(): string {
    return this.called.get();
  }

  set name(name: string) {
    this.called.set(name);
  }

  get state(): ItemState {
    return this.now.get();
  }

  set state(state: ItemState) {
    this.now.set(state);
    this.measured.set(null);
  }

  /** On the shelf's validation text, in nats per token; null: not measured yet. */
  get loss(): number | null {
    return this.measured.get();
  }

  set loss(loss: number | null) {
    this.measured.set(loss);
  }

  /** Null unless it can be used. */
  get shelved(): Shelved | null {
    const { state } = this;
    return state.is === 'ready' ? state.shelved : null;
  }
}
