/** All that the page of adapters knows of a lab, for as long as the lab is there. */
import type { LabStore } from '../../../shell/store/lab-store';
import { Anatomy } from './anatomy/anatomy';
import { Serving } from './serve/serving';
import { AdapterShelf } from './shelf/adapter-shelf';

export class Desk {
  readonly shelf: AdapterShelf;
  readonly serving: Serving;
  /** What a mixture writes beside what it is of. */
  readonly tasting: Serving;
  readonly anatomy: Anatomy;

  constructor({ lab, editor, runner, clock }: LabStore) {
    this.shelf = new AdapterShelf({ lab, editor, runner, clock });
    this.serving = new Serving(this.shelf);
    this.tasting = new Serving(this.shelf);
    this.anatomy = new Anatomy(this.shelf);
  }

  dispose(): void {
    this.serving.stop();
    this.tasting.stop();
    this.anatomy.stop();
    this.shelf.dispose();
  }
}

const desks = new WeakMap<LabStore, Desk>();

/** The desk of a lab: what was dropped is there again on coming back from a lesson. */
export function deskOf(store: LabStore): Desk {
  const known = desks.get(store);
  if (known) return known;
  const desk = new Desk(store);
  desks.set(store, desk);
  store.onDispose(() => desk.dispose());
  return desk;
}
