/** What is typed on a page and is no value, by the part of the page in which it stands. */
import { messages } from '../i18n/locale';
import { kitWords } from '../i18n/kit';
import type { Refusal } from '../kit/form/events';
import { refusalText } from '../kit/form/read-number';
import type { FormModel } from './form-model';

export class Refusals {
  private readonly byPart = new Map<object, readonly Refusal[]>();

  set(part: object, refusals: readonly Refusal[]): void {
    if (refusals.length === 0) this.byPart.delete(part);
    else this.byPart.set(part, refusals);
  }

  get all(): Refusal[] {
    return [...this.byPart.values()].flat();
  }
}

/** Why nothing runs: the first of what is refused, with the field it stands in; null: nothing is. */
export function whyRefused(bench: Pick<FormModel, 'fieldText'>, refusals: readonly Refusal[]): string | null {
  const [first] = refusals;
  if (!first) return null;
  const label = bench.fieldText(first.path)?.label ?? first.path;
  return messages().control.refused(label, refusalText(first.typed, first.reading, kitWords()));
}
