/** What each method forgets of the base’s own text, beside what it learns of the new one. */
import { html } from 'lit';
import '../../../shell/lesson/glossary/term';
import { finishedRun, noiseAmong, type Facts, type RunFacts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { Outcome } from '../../../shell/lesson/prediction/question';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import '../diagrams/lora-diagram';
import { LR, pair } from './base';

const FULL: LessonRun = { id: 'full', name: { en: 'full', zh: '全参数' }, patch: { training: { learning_rate: LR.full } } };
const LORA: LessonRun = { id: 'lora', name: { en: 'LoRA', zh: 'LoRA' }, patch: { fine_tuning: { method: 'lora' } } };
const IA3: LessonRun = { id: 'ia3', name: { en: 'IA³', zh: 'IA³' }, patch: { fine_tuning: { method: 'ia3' }, training: { learning_rate: 0.03 } } };
const RUNS = [FULL, LORA, IA3] as const;

function forgotten(view: ExperimentView): Record<string, Outcome> | null {
  const found = RUNS.flatMap((run) => {
    const there = finishedRun(view, run);
    const value = there?.figure('forgetting')?.value;
    return !there || value === undefined ? [] : [{ id: run.id, there, value }];
  });
  if (found.length < RUNS.length) return null;
  // Half the noise on either side: what overlaps cannot be told apart.
  const noise = noiseAmong(found.map(({ there }) => there)) / 2;
  return Object.fromEntries(found.map(({ id, value }) => [id, { value, spread: [value - noise, value + noise] }]));
}

function numbers(facts: Facts) {
  const runs = RUNS.map(({ id }) => facts.run(id));
  const names = ['forgetting', 'base_text_loss', 'validation_loss', 'base_validation_loss', 'trainable_parameters'];
  if (runs.some((run) => !run || names.some((name) => run.metric(name) === null))) return null;
  const all = runs as RunFacts[];
  const { loss } = facts.format;
  const sorted = [...all].sort((a, b) => a.metric('forgetting')! - b.metric('forgetting')!);
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  const noise = noiseAmong(all.map(({ view }) => view));
  const learned = (run: RunFacts): number => run.metric('base_validation_loss')! - run.metric('validation_loss')!;
  return {
    runs: all.map((run) => ({ name: run.name, learned: loss(learned(run)), forgot: loss(run.metric('forgetting')!), parameters: run.tell('trainable_parameters') })),
    least: least.name,
    most: most.name,
    differs: most.metric('forgetting')! - least.metric('forgetting')! > noise,
    any: most.metric('forgetting')! > noise,
    /** Whether whoever forgot most learned most, too. */
    bought: all.every((run) => learned(run) <= learned(most)),
    noise: loss(noise),
  };
}

export const forgetting: Lesson = {
  id: 'forgetting',
  section: '15.1',
  minutes: 5,
  title: { en: 'What is forgotten', zh: '忘掉了什么' },
  question: { en: 'What does a model forget of its old text while it learns a new one?', zh: '学习新文本时，模型会忘掉多少旧文本？' },
  stakes: {
    en: html`A fine-tuned model is often still wanted for what the <tinyai-term name="base-model">base model</tinyai-term> could do. The loss on the new text says nothing of that.`,
    zh: html`微调之后，往往还希望<tinyai-term name="base-model">基座模型</tinyai-term>原有的能力仍在。新文本上的损失并不能说明这一点。`,
  },
  base: (language) =>
    pair(language, {
      fine_tuning: { lora: { rank: 4, alpha: 8 } },
      training: { steps: 100, batch_size: 4, learning_rate: LR.lora },
      evaluation: { every: 20, tokens: 1024, sample_tokens: 32, base_corpus: language === 'zh' ? 'tang-poems' : 'shakespeare-plays' },
    }),
  runs: RUNS,
  controls: ['fine_tuning.lora.rank', 'training.batch_size', 'data.context', 'training.steps', 'training.seed'],
  diagram: () => html`<tinyai-lora-diagram></tinyai-lora-diagram>`,
  predict: {
    kind: 'order',
    ask: {
      en: html`Each method learns the new text, and the loss on the base’s own text is measured before and after. In which order will it have risen? IA³ only scales what passes through some layers.`,
      zh: html`每种方法都学习新文本，训练前后各测一次基座原有文本上的损失。这个损失的上升由小到大是什么次序？IA³ 只缩放某些层里的数。`,
    },
    ends: { en: ['forgets least', 'forgets most'], zh: ['忘得最少', '忘得最多'] },
    items: [
      { id: 'full', name: { en: 'full fine-tuning', zh: '全参数微调' } },
      { id: 'lora', name: { en: 'LoRA, rank 4', zh: 'LoRA，秩 4' } },
      { id: 'ia3', name: { en: 'IA³', zh: 'IA³' } },
    ],
    outcome: forgotten,
  },
  hero: {
    kind: 'bars',
    title: { en: 'What each method forgets', zh: '各种方法忘掉多少' },
    caption: { en: 'By how much the loss on the base’s own text rose, in nats per token.', zh: '基座原有文本上的损失上升了多少，单位为 nat/词元。' },
    unit: 'nats',
    quantity: 'forgetting',
    bar: (run, view) => {
      const value = view.runs[run]!.figure('forgetting')?.value;
      if (value === undefined) return null;
      // A bar without parts is not drawn; what it comes to is still written.
      return value < 0 ? { value, parts: [] } : { value };
    },
  },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`${n.runs.map(({ name, learned, forgot, parameters }, i) => html`${i > 0 ? '; ' : ''}“${name}”, with ${parameters} parameters, lowered the loss on the new text by ${learned} nats, and that on the old one changed by ${forgot}`)}.
          ${!n.any ? `No method forgot more than the noise of ${n.noise} nats.` : n.differs ? `“${n.most}” forgot most, “${n.least}” least.` : `How much they forgot differs by no more than the noise of ${n.noise} nats.`}`,
        why: html`Both texts use the same weights, and nothing in the training asks for the old text: what serves the new one is changed, whatever else it was good for.
          ${n.differs
            ? n.bought
              ? `“${n.most}” also learned most of the new text, so its forgetting is, in part, the price of what it learned.`
              : `“${n.most}” did not learn most, so its forgetting is not simply the price of learning.`
            : 'Here the ways of changing weights did not differ enough to be told apart.'}
          A <tinyai-term name="frozen">frozen</tinyai-term> base is not itself lost: take the <tinyai-term name="adapter">adapter</tinyai-term> away, and the old model is there again.`,
        change: html`A higher <tinyai-term name="learning-rate">learning rate</tinyai-term> and more steps forget more; a text that resembles the old one, less. Mixing some of the old text into the new helps most directly. A fair comparison looks at both losses: who
          learns nothing forgets nothing.`,
        misleads: html`Here the old and the new text are close to each other, both of them verse. Each method has one learning rate, and another one would move it along both scales. The old loss is read twice only, on a small
          part of the text, with one seed; the noise is that of the training losses.`,
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`${n.runs.map(({ name, learned, forgot, parameters }, i) => html`${i > 0 ? '；' : ''}“${name}”训练 ${parameters} 个参数，新文本的损失下降 ${learned} nat，旧文本的损失变化 ${forgot} nat`)}。${!n.any
          ? `没有哪种方法忘掉的超出噪声（${n.noise} nat）。`
          : n.differs ? `忘得最多的是“${n.most}”，最少的是“${n.least}”。` : `它们忘掉的多少，差别没有超出噪声（${n.noise} nat）。`}`,
        why: html`新旧文本用的是同一批权重，而训练中没有什么要求记住旧文本：只要对新文本有用，就会改，不管它原来还有什么用。${n.differs
          ? n.bought ? `“${n.most}”从新文本中学到的也最多，所以遗忘有一部分是学习的代价。` : `“${n.most}”学到的并不是最多，所以遗忘不只是学习的代价。`
          : '在这里，几种改变权重的方式差别不大，分不出高下。'}基座只要<tinyai-term name="frozen">冻结</tinyai-term>，本身就没有丢：去掉<tinyai-term name="adapter">适配器</tinyai-term>，就又是原来的模型。`,
        change: html`<tinyai-term name="learning-rate">学习率</tinyai-term>越高、步数越多，忘得越多；新文本与旧文本越像，忘得越少。最直接的办法，是在新文本中加入一些旧文本。公平的比较要同时看两个损失：什么都不学，自然什么都不忘。`,
        misleads: html`这里的新旧文本相差不远，都是诗句或台词。每种方法只用了一个学习率，换一个，两个损失都会变。旧文本的损失只测了两次，用的是一小段文本、一个随机种子；噪声则取自训练损失。`,
      };
    },
  },
  variations: [
    { id: 'bitfit', name: { en: 'BitFit', zh: 'BitFit' }, ask: { en: 'BitFit, which trains biases only?', zh: '只训练偏置的 BitFit？' }, patch: { fine_tuning: { method: 'bitfit' }, training: { learning_rate: 0.01 } } },
    { id: 'gentle', name: { en: 'full, 0.0001', zh: '全参数，0.0001' }, ask: { en: 'Full fine-tuning at a fifth of the learning rate?', zh: '全参数微调，学习率减到五分之一？' }, patch: { training: { learning_rate: 0.0001 } } },
    { id: 'rank-64', name: { en: 'LoRA, rank 64', zh: 'LoRA，秩 64' }, ask: { en: 'LoRA with rank 64?', zh: 'LoRA，秩 64？' }, patch: { fine_tuning: { method: 'lora', lora: { rank: 64, alpha: 32 } } } },
  ],
  compared: ['forgetting', 'base_text_loss', 'validation_loss', 'trainable_parameters'],
  check: {
    ask: {
      en: 'Method A forgets half as much as method B. What else has to be known before A is called the better one?',
      zh: '方法 A 忘掉的只有方法 B 的一半。还要知道什么，才能说 A 更好？',
    },
    options: [
      { text: { en: 'How much each learned of the new text.', zh: '两者各从新文本学到多少。' }, right: true, because: { en: 'A may simply have changed less. Compare what they forget where they have learned as much.', zh: 'A 也许只是改变得更少。应在学到一样多时，比较忘掉多少。' } },
      { text: { en: 'How many parameters each trained.', zh: '两者各训练多少参数。' }, right: false, because: { en: 'Few parameters can change a model a lot, and many a little. What counts is what they did to both losses.', zh: '参数少，也能使模型变化很大；参数多，变化也可能很小。要看的是两个损失。' } },
      { text: { en: 'Nothing: less forgetting is better.', zh: '不必，忘得少就是好。' }, right: false, because: { en: 'Then the base model itself would be the best: it has forgotten nothing, and learned nothing.', zh: '那么最好的就是基座模型本身：什么也没忘，什么也没学。' } },
    ],
  },
};
