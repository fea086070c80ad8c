import { LabElement } from '../../../shell/elements/lab-element';
import { shownUnit, valueWithUnit } from '../../../shell/text/values';
import type { FineTuningText } from '../text/type';

/** A part of the lab that speaks of a tournament. */
export abstract class TournamentElement extends LabElement {
  protected get own(): FineTuningText {
    return this.words.lab.own as FineTuningText;
  }

  /** A value of a metric, with its unit. */
  protected valueText(metric: string, value: number, unit: string): string {
    return valueWithUnit(this.words, value, shownUnit(metric, unit));
  }
}
