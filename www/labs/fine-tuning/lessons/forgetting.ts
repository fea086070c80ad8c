/** What each method forgets of the base’s own text, beside what it learns of the new one. */
import { html } from 'lit';
import '../../../shell/lesson/glossary/term';
import { finishedRun, noiseAmong, type Facts, type RunFacts } from '../../../shell/lesson/facts';
import type { Both, Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { Outcome } from '../../../shell/lesson/prediction/question';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import '../diagrams/lora-diagram';
import type { Method } from '../../../types/generated/Method';
import { LR, pair } from './base';

const GENTLE = 'gentle';

const FULL: LessonRun = { id: 'full', name: { en: 'full', zh: '全参数' }, patch: { training: { learning_rate: LR.full } } };
const LORA: LessonRun = { id: 'lora', name: { en: 'LoRA', zh: 'LoRA' }, patch: { fine_tuning: { method: 'lora' } } };
const IA3: LessonRun = { id: 'ia3', name: { en: 'IA³', zh: 'IA³' }, patch: { fine_tuning: { method: 'ia3' }, training: { learning_rate: 0.05 } } };
const RUNS = [FULL, LORA, IA3] as const;

/** What methods are called in a sentence, where that is not how their runs are called. */
const METHODS: Partial<Record<Method, Both<string>>> = { full: { en: 'full fine-tuning', zh: '全参数微调' } };

/** As a sentence begins with it. */
const begun = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

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
  const { language } = facts.words;
  const called = ({ view }: RunFacts): string => METHODS[view.spec.fine_tuning.method]?.[language] ?? view.name;
  const runs = RUNS.map(({ id }) => facts.run(id));
  const names = ['forgetting', 'base_text_loss', 'validation_loss', 'base_validation_loss', 'trainable_parameters'];
  const known = (run: RunFacts | null | undefined): run is RunFacts => !!run && names.every((name) => run.metric(name) !== null);
  if (!runs.every(known)) return null;
  const { loss } = facts.format;
  const forgot = (run: RunFacts): number => run.metric('forgetting')!;
  const learned = (run: RunFacts): number => run.metric('base_validation_loss')! - run.metric('validation_loss')!;
  const sorted = [...runs].sort((a, b) => forgot(a) - forgot(b));
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  const noise = noiseAmong(runs.map(({ view }) => view));
  const told = (run: RunFacts) => ({ name: called(run), learned: loss(learned(run)), forgot: loss(Math.abs(forgot(run))), rose: forgot(run) >= 0, parameters: run.tell('trainable_parameters') });
  const gentle = facts.run(GENTLE);
  return {
    runs: runs.map(told),
    /** Those that cannot be told apart from the one that forgot least, or most. */
    least: sorted.filter((run) => forgot(run) - forgot(least) <= noise).map(called),
    most: sorted.filter((run) => forgot(most) - forgot(run) <= noise).map(called),
    differs: forgot(most) - forgot(least) > noise,
    any: forgot(most) > noise,
    /** Whether whoever forgot most learned most, too. */
    bought: runs.every((run) => learned(run) <= learned(most)),
    leader: called(most),
    /** Losses of the base on its own text and on the new one. */
    base: [loss(most.metric('base_text_loss')! - forgot(most)), most.tell('base_validation_loss')],
    gentle: known(gentle) ? { ...told(gentle), less: forgot(runs[0]!) - forgot(gentle) > noise } : null,
    noise: loss(noise),
  };
}

export const forgetting: Lesson = {
  id: 'forgetting',
  section: '15.1',
  minutes: 5,
  title: { en: 'What is forgotten', zh: '遗忘了什么' },
  question: { en: 'What does a model forget of its old text while it learns a new one?', zh: '模型学习新文本时，会把旧文本忘掉多少？' },
  stakes: {
    en: html`A fine-tuned model is often still wanted for what the <tinyai-term name="base-model">base model</tinyai-term> could do. The loss on the new text says nothing about that: what is lost is called <tinyai-term name="forgetting">forgetting</tinyai-term>.`,
    zh: html`微调之后，往往还希望保留<tinyai-term name="base-model">基座模型</tinyai-term>原有的能力。它还剩多少，新文本上的损失并不能说明。失去的部分，就叫<tinyai-term name="forgetting">遗忘</tinyai-term>。`,
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
      en: html`Each method learns the new text, and the loss on the base’s own text is measured before and after. In which order will it have risen? <tinyai-term name="ia3">IA³</tinyai-term> only scales what passes through some layers.`,
      zh: html`每种方法都学习新文本，训练前后各测一次基座原有文本上的损失。按这个损失上升的多少，从小到大怎样排列？<tinyai-term name="ia3">IA³</tinyai-term> 只缩放某些层的输出或输入。`,
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
    title: { en: 'What each method forgets', zh: '每种方法忘掉多少' },
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
      const listed = (names: readonly string[]): string => new Intl.ListFormat('en').format(names);
      const close = (names: readonly string[]): string => (names.length > 1 ? ', too close to tell apart' : '');
      return {
        happened: html`${n.runs.map(({ name, learned, forgot, rose, parameters }, i) => html`${i > 0 ? `; ${name}` : begun(name)}, which trains ${parameters} parameters, lowered the loss on the new text by ${learned} nats and ${rose ? 'raised' : 'lowered'} that on the old one by ${forgot}`)}.
          ${!n.any
            ? `No method forgot more than the noise of ${n.noise} nats.`
            : n.differs
              ? `${begun(listed(n.most))} forgot most${close(n.most)}; ${listed(n.least)} least${close(n.least)}. The noise is ${n.noise} nats.`
              : `How much they forgot differs by no more than the noise of ${n.noise} nats.`}`,
        why: html`Both texts use the same weights, and nothing in the training asks for the old text: what serves the new one is changed, whatever else it was good for.
          ${n.differs
            ? n.bought
              ? `${begun(n.leader)} also learned most of the new text, so its forgetting is, in part, the price of what it learned.`
              : `${begun(n.leader)} did not learn most, so its forgetting is not simply the price of learning.`
            : 'Here the ways of changing weights did not differ enough to be told apart.'}
          A <tinyai-term name="frozen">frozen</tinyai-term> base is not itself lost: take the <tinyai-term name="adapter">adapter</tinyai-term> away, and the old model is there again.`,
        change: html`A lower <tinyai-term name="learning-rate">learning rate</tinyai-term> forgets less, and learns less in as many steps.
          ${n.gentle
            ? `At a fifth of the rate, full fine-tuning ${n.gentle.rose ? 'raised' : 'lowered'} the loss on the old text by ${n.gentle.forgot} nats and learned ${n.gentle.learned}${n.gentle.less ? '' : ', which here is no less forgetting beyond the noise'}.`
            : 'One variation shows it.'}
          How much there is to forget depends on the texts: the base began at ${n.base[0]} on its own and at ${n.base[1]} on the new one; the nearer these are, the less has to change. Training on some of the old text as well is the usual remedy; this page does not try it.
          A fair comparison looks at both losses: who learns nothing forgets nothing.`,
        misleads: html`Each method has one learning rate, about the best of those that were tried for the new text, and another one would move it along both scales. The old loss is measured twice only, on a small part of the text, with one seed; the noise
          is that of the training losses. Forgetting is a loss here; what a large model forgets, such as a language or how to refuse, a loss alone does not show.`,
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      const listed = (names: readonly string[]): string => names.join('、');
      const close = (names: readonly string[]): string => (names.length > 1 ? '，难分高下' : '');
      return {
        happened: html`${n.runs.map(({ name, learned, forgot, rose, parameters }, i) => html`${i > 0 ? '；' : ''}${name}：训练 ${parameters} 个参数，新文本的损失下降 ${learned} nat，旧文本的损失${rose ? '上升' : '下降'} ${forgot} nat`)}。${!n.any
          ? `没有哪种方法的遗忘超出噪声（${n.noise} nat）。`
          : n.differs
            ? `忘得最多的是：${listed(n.most)}${close(n.most)}；最少的是：${listed(n.least)}${close(n.least)}。噪声为 ${n.noise} nat。`
            : `它们遗忘的多少，差别没有超出噪声（${n.noise} nat）。`}`,
        why: html`新旧文本用的是同一批权重，而训练并不要求记住旧文本：只要对新文本有利，权重就会改变，不管它们原来还有什么用。${n.differs
          ? n.bought ? `忘得最多的，从新文本中学到的也最多，所以遗忘有一部分是学习的代价。` : `忘得最多的，学到的并不是最多，所以遗忘不只是学习的代价。`
          : '在这里，几种改变权重的方式差别不大，分不出高下。'}基座只要<tinyai-term name="frozen">冻结</tinyai-term>，本身就没有损失：去掉<tinyai-term name="adapter">适配器</tinyai-term>，就又是原来的模型。`,
        change: html`<tinyai-term name="learning-rate">学习率</tinyai-term>降低，忘得就少，同样的步数内学到的也少。${n.gentle
          ? `学习率减到五分之一，全参数微调使旧文本的损失${n.gentle.rose ? '上升' : '下降'} ${n.gentle.forgot} nat，新文本的损失下降 ${n.gentle.learned} nat${n.gentle.less ? '' : '，遗忘在这里并没有明显减少'}。`
          : '下面有一项就是这样做的。'}忘多少还取决于文本：基座在自己原有文本上的损失是 ${n.base[0]}，在新文本上是 ${n.base[1]}；两者越接近，需要改变的就越少。通常的办法是在新文本中加入一些旧文本，本页没有试。公平的比较要同时看两个损失：什么都不学，自然什么都不忘。`,
        misleads: html`每种方法只用了一个学习率，在试过的学习率中，它大致最适合新文本；换一个，两个损失都会变。旧文本的损失只测了两次，只用了一小段文本、一个随机种子；噪声取自训练损失。这里的遗忘只是损失的上升；大模型会忘记一门语言、忘记拒绝不当的请求，这些从损失中看不出来。`,
      };
    },
  },
  variations: [
    { id: 'bitfit', name: { en: 'BitFit', zh: 'BitFit' }, ask: { en: 'BitFit, which trains biases only?', zh: '只训练偏置的 BitFit？' }, patch: { fine_tuning: { method: 'bitfit' }, training: { learning_rate: 0.05 } } },
    { id: GENTLE, name: { en: 'full, 0.0001', zh: '全参数，0.0001' }, ask: { en: 'Full fine-tuning at a fifth of the learning rate?', zh: '全参数微调，学习率减到五分之一？' }, patch: { training: { learning_rate: 0.0001 } } },
    { id: 'rank-64', name: { en: 'LoRA, rank 64', zh: 'LoRA，秩 64' }, ask: { en: 'LoRA with rank 64?', zh: 'LoRA，秩 64？' }, patch: { fine_tuning: { method: 'lora', lora: { rank: 64, alpha: 32 } } } },
  ],
  compared: ['forgetting', 'base_text_loss', 'validation_loss', 'trainable_parameters'],
  check: {
    ask: {
      en: 'Method A forgets half as much as method B. What else has to be known before A can be called the better one?',
      zh: '方法 A 忘掉的只有方法 B 的一半。还要知道什么，才能说 A 更好？',
    },
    options: [
      { text: { en: 'How much each learned of the new text.', zh: '两者各从新文本中学到多少。' }, right: true, because: { en: 'A may simply have changed less. Compare what they forget where they have learned as much.', zh: 'A 也许只是改变得更少。应当在学到的一样多时，再比较忘掉多少。' } },
      { text: { en: 'How many parameters each trained.', zh: '两者各训练多少参数。' }, right: false, because: { en: 'Few parameters can change a model a lot, and many a little. What counts is what they did to both losses.', zh: '参数少，也可能使模型改变很大；参数多，也可能改变很小。要看的是两个损失。' } },
      { text: { en: 'Nothing: less forgetting is better.', zh: '什么都不用知道，忘得少就是好。' }, right: false, because: { en: 'Then the base model itself would be the best: it has forgotten nothing, and learned nothing.', zh: '那么最好的就是基座模型本身：什么也没忘，什么也没学。' } },
    ],
  },
};
