import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Refusal, TypedEvent } from '../../kit/form/events';
import { refusalText } from '../../kit/form/read-number';
import type { LabStore } from '../../shell/store/lab-store';
import type { Words } from '../../shell/text/words';

/** What the boxes of a component need of the lab. */
export interface BoxesOf {
  store(): Pick<LabStore, 'setRefusals'>;
  words(): Words;
  /** What a box is called, by its path. */
  label(path: string): string;
  /** The path of the field that it belongs to. */
  field?(path: string): string;
}

/** What stands in a component's number boxes and is no value: the lab is told, and the component shows why. */
export class BoxRefusals implements ReactiveController {
  private readonly byPath = new Map<string, Refusal>();

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly of: BoxesOf,
  ) {
    host.addController(this);
  }

  readonly take = ({ path, refusal }: TypedEvent): void => {
    if (refusal) this.byPath.set(path, refusal);
    else this.byPath.delete(path);
    this.tell();
  };

  /** Why each is refused. */
  get reasons(): string[] {
    const { messages, kit } = this.of.words();
    return [...this.byPath].map(([path, { typed, reading }]) => messages.control.refused(this.of.label(path), refusalText(typed, reading, kit)));
  }

  /** Forgets boxes that are gone. */
  keep(there: (path: string) => boolean): void {
    const gone = [...this.byPath.keys()].filter((path) => !there(path));
    for (const path of gone) this.byPath.delete(path);
    if (gone.length > 0) this.tell();
  }

  /** The boxes of what was put elsewhere still show what was typed. */
  hostConnected(): void {
    if (this.byPath.size > 0) this.tell();
  }

  hostDisconnected(): void {
    this.of.store().setRefusals([], this);
  }

  private tell(): void {
    const { field = (path: string) => path } = this.of;
    const refusals = [...this.byPath.values()].map((refusal) => ({ ...refusal, path: field(refusal.path) }));
    this.of.store().setRefusals(refusals, this);
    this.host.requestUpdate();
  }
}
