/** Figures of methods that meet: they stand wherever three do, and on the tournament's page with fewer; their elements come when they do. */
import { html } from 'lit';
import type { Figure } from '../../../shell/lab-definition';
import type { LabStore } from '../../../shell/store/lab-store';
import { isCalledSo, meets } from './choices';

const load = (): void => void import('./elements');

/** Whether three methods meet or, outside of lessons, at least so many in a tournament. */
const compares = (least: number) => ({ runner: { view }, lessons }: LabStore): boolean =>
  view !== null && (meets(view.spec) || (!lessons?.current && meets(view.spec, least) && isCalledSo(view.spec)));
const searches = ({ runner: { view } }: LabStore): boolean => view !== null && view.runs.some(({ spec }) => spec.training.search.candidates > 0);

function figure(id: string, shows: Figure['shows'], render: Figure['render']): Figure {
  return {
    id,
    shows,
    render: (store) => {
      load();
      return render(store);
    },
  };
}

export const tradeoffs = figure('tradeoffs', compares(2), () => html`<tinyai-tradeoffs></tinyai-tradeoffs>`);
export const conclusion = figure('conclusion', compares(2), () => html`<tinyai-tournament-verdict></tinyai-tournament-verdict>`);
export const standings = figure('standings', compares(1), () => html`<tinyai-standings></tinyai-standings>`);
export const sweep = figure('sweep', searches, () => html`<tinyai-sweep-figure></tinyai-sweep-figure>`);
