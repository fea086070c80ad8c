import type { LabText } from '../../../shell/text/lab-text';
import type { BoardText } from './type';

const own: BoardText = {
  heading: '模型写出的文字',
  caption: '每隔几步用同一个随机种子重写一遍。',
  empty: '按“运行”：起初是一片乱码，一百步之内便有了句读，随后渐成诗行。',
  step: (step) => `第 ${step} 步之后`,
  earlier: '回看',
  latest: '最新',
  knowsNothing: '还什么都不会',
};

export const zh: LabText = {
  name: '从零训练',
  question: '从乱码到诗句',
  lead: '一个什么都不会的小模型，逐个词元地读一部书。要读多久，它才写得像样？',
  presets: { one: '一个小模型', depth: '1 层还是 4 层' },
  figures: { samples: own.heading },
  groups: { model: '模型', data: '文本' },
  own,
};
