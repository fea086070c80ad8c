import { LabElement } from '../../../shell/elements/lab-element';
import { valueWithUnit } from '../../../shell/text/values';
import type { FineTuningText } from '../text/type';

/** A part of the lab that speaks of a tournament. */
export abstract class TournamentElement extends LabElement {
  protected get own(): FineTuningText {
    return this.words.lab.own as FineTuningText;
  }

  /** A value with its unit, as it stands by itself: of a file, bytes are few. */
  protected valueText(metric: string, value: number, unit: string): string {
    if (metric === 'adapter_bytes') return this.format.size(value);
    return valueWithUnit(this.words, value, unit);
  }
}
