/** The sections of the chapter, and what the site has for each; for pages of labs as well. */
import type { Text } from '../../types/generated/Text';

export interface Section {
  /** As the book counts. */
  number: string;
  title: Text;
  /** What one will be able to answer. */
  question: Text;
  /** The lab that it is about; null: there is none yet. */
  lab: string | null;
}

export const SECTIONS: readonly Section[] = [
  {
    number: '15.1',
    title: { en: 'LoRA and fine-tuning', zh: 'LoRA 与微调' },
    question: { en: 'What does LoRA save, and what not?', zh: 'LoRA 省下了什么，又没有省下什么？' },
    lab: 'fine-tuning',
  },
  {
    number: '15.2',
    title: { en: 'Mixture of experts', zh: '混合专家模型' },
    question: { en: 'How can a model grow without each token costing more?', zh: '模型变大，每个词元的计算量却不增加，如何做到？' },
    lab: null,
  },
  {
    number: '15.3',
    title: { en: 'Gradient checkpointing', zh: '梯度检查点' },
    question: { en: 'What does saved memory cost in time?', zh: '用时间换内存，要付出多少时间？' },
    lab: null,
  },
  {
    number: '15.4',
    title: { en: 'Parallel training', zh: '并行训练' },
    question: { en: 'What does it cost to make many processes learn as one?', zh: '让多个进程像一个那样学习，代价是什么？' },
    lab: 'parallel',
  },
  {
    number: '15.5',
    title: { en: 'Inference', zh: '推理优化' },
    question: { en: 'Where does the time go when a model writes?', zh: '模型生成文字时，时间花在哪里？' },
    lab: null,
  },
  {
    number: '15.6',
    title: { en: 'From scratch: a model of your own', zh: '从零训练：自己的模型' },
    question: { en: 'How long until noise becomes words?', zh: '从乱码到成句，需要多久？' },
    lab: 'from-scratch',
  },
];
