/** One base, many adapters: put on a shelf, served together, mixed, and taken apart. */
import { html, type TemplateResult } from 'lit';
import '../../../shell/lesson/glossary/term';
import type { Workbench, WorkbenchPart } from '../../../shell/lesson/workbench';
import { adaptersSpec, isOfAdapters, nameIn } from './preset';

/** Its elements come when somebody comes. */
const load = (): void => void import('./elements');
const part = (id: string, content: TemplateResult): WorkbenchPart => ({ id, render: () => (load(), content) });

export const adapters: Workbench = {
  id: 'adapters',
  section: '15.1',
  title: { en: 'One base, many adapters', zh: '一个基座，多个适配器' },
  question: { en: 'How many skills can one base carry?', zh: '一个基座能带多少种本领？' },
  stakes: {
    en: html`An adapter is small beside its base – here about a fifteenth, of a large model a hundredth or less – so that a server holds the base once and every customer’s adapter beside it. Train a few or bring your own: swap them, serve them in one batch, mix them, and look at what each has learned.`,
    zh: html`适配器比基座小得多：这里约为十五分之一，在大模型上只有百分之一甚至更小。所以一台服务器只放一个基座，旁边放每个客户的适配器。训练几个，或带上自己的：切换、同批服务、混合，再看看每个学到了什么。`,
  },
  spec: adaptersSpec,
  nameIn,
  owns: isOfAdapters,
  panel: { heading: { en: 'What goes on the shelf', zh: '架上放什么' }, render: () => (load(), html`<tinyai-adapters-panel></tinyai-adapters-panel>`) },
  figures: [
    part('adapters', html`<tinyai-adapter-shelf></tinyai-adapter-shelf>`),
    part('serving', html`<tinyai-adapter-serve></tinyai-adapter-serve>`),
    part('mixing', html`<tinyai-adapter-mix></tinyai-adapter-mix>`),
    part('anatomy', html`<tinyai-adapter-anatomy></tinyai-adapter-anatomy>`),
  ],
  takeaway: {
    en: 'What an adapter has learned is a small file beside a base that stays as it is: it can be swapped, shared out over one batch, mixed, and taken away again. It is worth something only on the base that it learned on.',
    zh: '适配器学到的，是基座旁边的一个小文件，基座本身不变：可以切换，可以在同一批里各用各的，可以混合，也可以再拿掉。但它只在自己学习时的那个基座上才有用。',
  },
};
