/** Parallel training: the same run on one rank and on a mesh of them, each a worker with a memory of its own. */
import { html } from 'lit';
import { ranksOf } from '../../engine/spec/patch';
import { comparison, forks } from '../../shell/figures';
import type { Figure, LabDefinition } from '../../shell/lab-definition';
import { BASE } from '../../shell/store/spec-editor';
import type { LabStore } from '../../shell/store/lab-store';
import './elements';
import { presetSpec } from './preset';
import { viewOf } from './view';

/** Whether any run is, or was, on several ranks. */
const isSpread = (store: LabStore): boolean => viewOf(store).written !== BASE || viewOf(store).measured !== null;

const figure = (id: string, render: Figure['render']): Figure => ({ id, shows: isSpread, plans: (store) => !viewOf(store).showsRun, render });

export const lab: LabDefinition = {
  id: 'parallel',
  section: '15.4',
  presets: (language) => [{ id: 'one-rank-and-mesh', spec: presetSpec(language) }],
  groups: ['mesh'],
  drawn: ['mesh.data', 'mesh.pipeline', 'mesh.tensor', 'ranks.unequal'],
  controls: () => html`<tinyai-mesh-chooser></tinyai-mesh-chooser><tinyai-unequal-ranks></tinyai-unequal-ranks>`,
  stage: {
    id: 'ranks',
    plans: () => true,
    render: () => html`
      <tinyai-rank-controls></tinyai-rank-controls>
      <tinyai-lost-notice></tinyai-lost-notice>
      <tinyai-step-through></tinyai-step-through>
    `,
  },
  figures: [
    figure('timeline', () => html`<tinyai-rank-timeline></tinyai-rank-timeline>`),
    { id: 'run-timelines', shows: ({ runner }) => (runner.view?.runs.filter(({ spec }) => ranksOf(spec) > 1).length ?? 0) > 1, render: () => html`<tinyai-run-timelines></tinyai-run-timelines>` },
    figure('loss', () => html`<tinyai-loss-beside></tinyai-loss-beside>`),
    forks,
    figure('step', () => html`<tinyai-step-figures></tinyai-step-figures>`),
    figure('memory', () => html`<tinyai-rank-memory></tinyai-rank-memory>`),
    comparison,
    figure('traffic', () => html`<tinyai-traffic-table></tinyai-traffic-table>`),
  ],
  lessons: async () => (await import('./lessons')).lessons,
  text: { zh: async () => (await import('./text/zh')).zh, en: async () => (await import('./text/en')).en },
};
