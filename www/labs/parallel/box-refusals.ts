import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { kitWords } from '../i18n/kit';
import { messages } from '../i18n/locale';
import type { Refusal, TypedEvent } from '../kit/form/events';
import { refusalText } from '../kit/form/read-number';
import type { FormModel } from '../workbench/form-model';

type Host = ReactiveControllerHost & { bench: Pick<FormModel, 'refuse' | 'fieldText'> };

/** What stands in a component's number boxes and is no value: the page is told, and the component shows why. */
export class BoxRefusals implements ReactiveController {
  private readonly byPath = new Map<string, Refusal>();

  /** `labelOf`: what a box is called; `fieldOf`: the path of the field that it belongs to. */
  constructor(
    private readonly host: Host,
    private readonly labelOf = (path: string): string => host.bench.fieldText(path)?.label ?? path,
    private readonly fieldOf = (path: string): string => path,
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
    return [...this.byPath].map(([path, { typed, reading }]) => {
      return messages().control.refused(this.labelOf(path), refusalText(typed, reading, kitWords()));
    });
  }

  /** Forgets boxes that are gone. */
  keep(there: (path: string) => boolean): void {
    const gone = [...this.byPath.keys()].filter((path) => !there(path));
    for (const path of gone) this.byPath.delete(path);
    if (gone.length > 0) this.tell();
  }

  hostDisconnected(): void {
    this.host.bench.refuse(this, []);
  }

  private tell(): void {
    this.host.bench.refuse(this, [...this.byPath.values()].map((refusal) => ({ ...refusal, path: this.fieldOf(refusal.path) })));
    this.host.requestUpdate();
  }
}
