/** Parallel training: the same run on one rank and on a mesh of them, each a worker with a memory of its own. */
import { html } from 'lit';
import type { Figure, LabDefinition } from '../../shell/lab-definition';
import { BASE } from '../../shell/store/spec-editor';
import type { LabStore } from '../../shell/store/lab-store';
import { presetSpec } from './preset';
import { viewOf } from './view';

/** Whether any run is, or was, on several ranks. */
const isSpread = (store: LabStore): boolean => viewOf(store).written !== BASE || viewOf(store).measured !== null;

const figures: Figure[] = [
  { id: 'lessons', shows: () => true, render: () => html`<tinyai-lesson-strip></tinyai-lesson-strip>` },
  { id: 'ranks', shows: isSpread, render: () => html`<tinyai-rank-controls></tinyai-rank-controls>` },
  { id: 'lost', shows: (store) => store.runner.phase === 'lost', render: () => html`<tinyai-lost-notice></tinyai-lost-notice>` },
  { id: 'actions', shows: (store) => store.runner.busy && store.runner.byHand, render: () => html`<tinyai-step-through></tinyai-step-through>` },
  { id: 'timeline', shows: isSpread, render: () => html`<tinyai-rank-timeline></tinyai-rank-timeline>` },
  { id: 'loss', shows: isSpread, render: () => html`<tinyai-loss-beside></tinyai-loss-beside>` },
  { id: 'step', shows: isSpread, render: () => html`<tinyai-step-figures></tinyai-step-figures>` },
  { id: 'memory', shows: isSpread, render: () => html`<tinyai-rank-memory></tinyai-rank-memory>` },
  { id: 'traffic', shows: isSpread, render: () => html`<tinyai-traffic-table></tinyai-traffic-table>` },
];

export const parallel: LabDefinition = {
  id: 'parallel',
  section: '15.4',
  presets: (language) => [{ id: 'one-rank-and-mesh', spec: presetSpec(language) }],
  groups: ['mesh'],
  drawn: ['mesh.data', 'mesh.pipeline', 'mesh.tensor', 'ranks.unequal'],
  controls: () => html`<tinyai-mesh-chooser></tinyai-mesh-chooser><tinyai-unequal-ranks></tinyai-unequal-ranks>`,
  figures,
  text: { zh: async () => (await import('./text/zh')).zh, en: async () => (await import('./text/en')).en },
  load: () => import('./elements'),
};
