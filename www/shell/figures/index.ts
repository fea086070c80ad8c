/** Figures of any experiment. */
import { html } from 'lit';
import type { Figure } from '../lab-definition';
import './comparison-table/comparison-table';
import './fork-differences/fork-differences';
import './loss-chart/loss-chart';
import './run-figures/run-figures';
import './verse-samples/verse-samples';

const measured: Figure['shows'] = ({ runner }) => runner.view !== null;

export const lossChart: Figure = { id: 'loss', shows: () => true, render: () => html`<tinyai-loss-chart></tinyai-loss-chart>` };
export const forks: Figure = {
  id: 'forks',
  shows: ({ runner }) => runner.view?.spec.runs.some(({ fork }) => fork) ?? false,
  render: () => html`<tinyai-fork-differences></tinyai-fork-differences>`,
};
export const runBars: Figure = { id: 'memory', shows: measured, render: () => html`<tinyai-run-figures></tinyai-run-figures>` };
export const samples: Figure = {
  id: 'samples',
  shows: ({ runner }) => runner.view?.spec.base !== undefined && runner.view.runs.some((run) => run.spec.evaluation.sample_tokens > 0),
  render: () => html`<tinyai-samples></tinyai-samples>`,
};
export const comparison: Figure = {
  id: 'table',
  // A single run has nothing to stand in it before it has ended.
  shows: ({ runner: { view } }) => view !== null && (view.runs.length > 1 || view.result !== null),
  render: () => html`<tinyai-comparison-table></tinyai-comparison-table>`,
};
