/** Figures of any experiment. */
import { html } from 'lit';
import type { Figure } from '../lab-definition';
import './comparison-table/comparison-table';
import './loss-chart/loss-chart';
import './run-figures/run-figures';
import './verse-samples/verse-samples';

const measured: Figure['shows'] = ({ runner }) => runner.view !== null;

export const lossChart: Figure = { id: 'loss', shows: () => true, render: () => html`<tinyai-loss-chart></tinyai-loss-chart>` };
export const runBars: Figure = { id: 'memory', shows: measured, render: () => html`<tinyai-run-figures></tinyai-run-figures>` };
export const samples: Figure = {
  id: 'samples',
  shows: ({ runner }) => runner.view?.spec.base !== undefined && runner.view.runs.some((run) => run.spec.evaluation.sample_tokens > 0),
  render: () => html`<tinyai-samples></tinyai-samples>`,
};
export const comparison: Figure = { id: 'comparison', shows: measured, render: () => html`<tinyai-comparison-table></tinyai-comparison-table>` };
