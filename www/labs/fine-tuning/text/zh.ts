import type { LabText } from '../../../shell/text/lab-text';

export const zh: LabText = {
  name: '微调',
  question: '同一个模型，两种学法',
  lead: '同一个基座模型，就在你的浏览器里学一种新诗体。LoRA 省下了什么，又付出了什么？',
  presets: { poems: '唐诗 → 宋词', plays: '莎士比亚：戏剧 → 十四行诗' },
  own: null,
};
