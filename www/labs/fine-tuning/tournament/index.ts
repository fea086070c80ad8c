/** The tournament: all methods on one text, each with a learning rate of its own. */
import { html } from 'lit';
import '../../../shell/lesson/glossary/term';
import type { Workbench } from '../../../shell/lesson/workbench';
import { isTournament, nameIn } from './choices';
import './elements';
import './panel/panel';
import { tournamentSpec } from './preset';

export const tournament: Workbench = {
  id: 'tournament',
  section: '15.1',
  title: { en: 'Tournament', zh: '方法大比拼' },
  question: { en: 'Which way of fine-tuning is worth its cost?', zh: '哪种微调方法最值？' },
  stakes: {
    en: html`There is no best method: one learns more, another takes less memory, a third forgets less. What can be said is which are beaten in everything – if each had the <tinyai-term name="learning-rate">learning rate</tinyai-term> that suits it.`,
    zh: html`没有最好的方法：有的学得更多，有的更省内存，有的遗忘更少。能说的是哪些方法样样不如别人，前提是每种方法都用上适合自己的<tinyai-term name="learning-rate">学习率</tinyai-term>。`,
  },
  spec: tournamentSpec,
  nameIn,
  owns: isTournament,
  panel: { heading: { en: 'Set it up', zh: '怎么比' }, render: () => html`<tinyai-tournament-panel></tinyai-tournament-panel>` },
  figures: ['loss', 'sweep', 'tradeoffs', 'standings', 'conclusion'],
  takeaway: {
    en: 'Choose by what is scarce – memory, time, the size of a file, or what the base must not forget – among the methods that nothing beats there. Then look at the noise: what differs by less is no reason to choose.',
    zh: '按最紧缺的来选：内存、时间、文件大小，或基座不能忘掉的东西；只在那里不输给别人的方法中选。再看噪声：差别比它还小，就不是选择的理由。',
  },
};
