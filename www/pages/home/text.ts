/** What the first page says. */
import type { Language } from '../../shell/text/language';

export interface HomeText {
  /** In parts that stay on one line where there is room. */
  title: readonly string[];
  lead: string;
  start: string;
  play: string;
  chapter: string;
  soon: string;
  minutes(count: number): string;
  lessons(count: number): string;
  done(done: number, all: number): string;
  heroCaption: string;
}

const plural = new Intl.PluralRules('en');

export const HOME_TEXT: Record<Language, HomeText> = {
  en: {
    title: ['Train language models,', 'and see what', 'each technique buys'],
    lead: 'Small transformers learn here, in your own tab, with the real methods of large-model optimisation. Predict what will happen, run it, and find out why.',
    start: 'Start at 15.1',
    play: 'Free play',
    chapter: 'Chapter 15 of the TinyAI book, section by section',
    soon: 'in the making',
    minutes: (count) => `about ${count} ${plural.select(count) === 'one' ? 'minute' : 'minutes'}`,
    lessons: (count) => `${count} ${plural.select(count) === 'one' ? 'lesson' : 'lessons'}`,
    done: (done, all) => `${done} of ${all} done`,
    heroCaption: 'A model with two layers begins with noise. Press Run and watch it find words.',
  },
  zh: {
    title: ['亲手训练语言模型，', '看清每种技术', '换来了什么'],
    lead: '小小的 Transformer 就在你的浏览器里学习，用的是大模型优化的真实方法。先预测，再运行，然后弄懂为什么。',
    start: '从 15.1 开始',
    play: '自由实验',
    chapter: '《TinyAI》一书第 15 章，逐节实验',
    soon: '制作中',
    minutes: (count) => `约 ${count} 分钟`,
    lessons: (count) => `${count} 课`,
    done: (done, all) => `已完成 ${done} / ${all} 课`,
    heroCaption: '一个两层的小模型，起初只会写乱码。按“运行”，看它怎样写出诗句。',
  },
};
