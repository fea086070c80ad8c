/** Figures of methods that meet: they stand wherever an experiment is a tournament, and their elements come when one is. */
import { html } from 'lit';
import type { Figure } from '../../../shell/lab-definition';
import type { LabStore } from '../../../shell/store/lab-store';
import { searchOf } from '../../../types/search';
import { meets } from './choices';

const load = (): void => void import('./elements');

const compares = ({ runner: { view } }: LabStore): boolean => view !== null && meets(view.spec);
const searches = ({ runner: { view } }: LabStore): boolean => view !== null && view.runs.some(({ spec }) => searchOf(spec).candidates > 0);

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

export const tradeoffs = figure('tradeoffs', compares, () => html`<tinyai-tradeoffs></tinyai-tradeoffs>`);
export const standings = figure('standings', compares, () => html`<tinyai-standings></tinyai-standings>`);
export const sweep = figure('sweep', searches, () => html`<tinyai-sweep-figure></tinyai-sweep-figure>`);
