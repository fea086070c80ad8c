/** How much a model must read before it knows more than which token follows which. */
import { html } from 'lit';
import '../../../shell/lesson/glossary/term';
import { finishedRun, lessonRun, type Facts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import '../diagrams/looking-back';
import { small, TEXTS, tokensRead } from './base';

const MODEL: LessonRun = { id: 'model', name: { en: 'model', zh: '模型' }, patch: {} };

/** Ends of the stretches among which one is foretold, in steps. */
const STEPS = 400;
const [SOON, LATER] = [60, 250];

/** The first step at which the validation loss is measured to be below a baseline; null: at none. */
function passes(view: ExperimentView, baseline: 'unigram_loss' | 'bigram_loss'): number | null {
  const run = lessonRun(view, MODEL);
  const loss = run?.figure(baseline)?.value;
  if (!run || loss === undefined) return null;
  const { steps, values } = run.curve('validation_loss');
  const at = values.findIndex((value) => value < loss);
  return at < 0 ? null : steps[at]!;
}

function stretch(view: ExperimentView): string | null {
  const run = finishedRun(view, MODEL);
  if (!run?.figure('bigram_loss')) return null;
  const step = passes(view, 'bigram_loss');
  if (step === null) return 'never';
  return step <= SOON ? 'soon' : step <= LATER ? 'later' : 'late';
}

function numbers(facts: Facts) {
  const run = facts.run('model');
  const values = run && ['validation_loss', 'unigram_loss', 'bigram_loss'].map((name) => run.metric(name));
  if (!run || !values || values.some((value) => value === null)) return null;
  const [loss, unigram, bigram] = values as [number, number, number];
  const { count, percent } = facts.format;
  const { corpus, context, validation_percent } = run.view.spec.data;
  const text = run.view.spec.model.tokenizer === 'characters' ? TEXTS[corpus] : undefined;
  const read = tokensRead(run);
  const all = text && text.characters * (1 - validation_percent / 100);
  const pass = (value: number | null) => (value === null ? null : count(value));
  return {
    loss: run.tell('validation_loss'),
    unigram: run.tell('unigram_loss'),
    bigram: run.tell('bigram_loss'),
    pastUnigram: pass(run.firstBelow('validation_loss', unigram)),
    pastBigram: pass(run.firstBelow('validation_loss', bigram)),
    below: loss < bigram,
    steps: count(run.view.steps),
    among: { unigram: count(Math.exp(unigram)), now: count(Math.exp(loss)) },
    read: count(read),
    share: all ? percent(read / all) : null,
    partly: all !== undefined && read < all,
    context: count(context),
  };
}

export const firstWords: Lesson = {
  id: 'first-words',
  section: '15.6',
  minutes: 4,
  title: { en: 'First words', zh: '最初的诗句' },
  question: { en: 'How long until it knows more than which character follows which?', zh: '要学多久，它才不只是知道哪个字常跟在哪个字后面？' },
  stakes: {
    en: html`A model’s <tinyai-term name="validation-loss">loss</tinyai-term> is only a number. It means something only when compared with two simple tables of counts.`,
    zh: html`模型的<tinyai-term name="validation-loss">损失</tinyai-term>只是一个数。要有参照，它才有意义：两张简单计数就能得到的频率表，能做到多好？`,
  },
  base: (language) => small(language, { training: { steps: STEPS }, evaluation: { every: 20, sample_every: 20, sample_tokens: 64 } }),
  runs: [MODEL],
  controls: ['model.n_layers', 'data.context', 'training.batch_size', 'training.learning_rate', 'training.steps'],
  diagram: () => html`<tinyai-looking-back></tinyai-looking-back>`,
  predict: {
    kind: 'choice',
    ask: {
      en: html`The model begins with random weights. After how many steps is its loss below that of the <tinyai-term name="bigram">table of pairs</tinyai-term>, which has counted the whole
        training text?`,
      zh: html`模型从随机的权重开始。要训练多少步，它的损失才会低于<tinyai-term name="bigram">词元对的频率表</tinyai-term>？那张表已经数遍了全部训练文本。`,
    },
    options: [
      { id: 'soon', text: { en: `By step ${SOON}`, zh: `到第 ${SOON} 步为止` } },
      { id: 'later', text: { en: `After step ${SOON}, by step ${LATER}`, zh: `第 ${SOON} 步之后，到第 ${LATER} 步为止` } },
      { id: 'late', text: { en: `After step ${LATER}, but in this run`, zh: `第 ${LATER} 步之后，但在这次运行之内` } },
      { id: 'never', text: { en: 'Not in this run', zh: '这次运行中做不到' } },
    ],
    outcome: stretch,
  },
  hero: { kind: 'curves', below: 'samples' },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`${n.pastUnigram === null
          ? html`It never got below the <tinyai-term name="unigram">unigram</tinyai-term> loss, ${n.unigram}, which only knows how frequent each token is.`
          : html`By step ${n.pastUnigram} it was below the <tinyai-term name="unigram">unigram</tinyai-term> loss, ${n.unigram}: it knew how frequent each token is.`}
        ${n.pastBigram === null
          ? html`The <tinyai-term name="bigram">bigram</tinyai-term> loss, ${n.bigram}, it did not reach in ${n.steps} steps: it ended at ${n.loss}. Whatever its verse looks like, a table predicts this text better.`
          : html`By step ${n.pastBigram} it was below the <tinyai-term name="bigram">bigram</tinyai-term> loss, ${n.bigram}, too, and it ended at ${n.loss}.`}`,
        why: html`Frequencies are learned first, since they need a single number for each token. Knowing nothing else, one would have to choose among ${n.among.unigram} equally likely tokens
          (<tinyai-term name="perplexity">e to the loss</tinyai-term>); at the end it chose among ${n.among.now}. Pairs are many more, and the network learns them only from what it reads:
          ${n.read} tokens${n.share === null ? '' : n.partly ? html`, ${n.share} of the training text, while the table has counted all of it` : html`, the training text more than once`}.
          ${n.below
            ? html`It beats the table all the same, because it looks back up to ${n.context} tokens instead of one.`
            : html`It may look back ${n.context} tokens, which the table cannot; but first it has to catch up on the pairs.`}`,
        change: html`More steps, or a larger <tinyai-term name="batch">batch</tinyai-term>: it then reads more. A larger <tinyai-term name="vocabulary">vocabulary</tinyai-term> works the other way: the
          pairs to be learned grow with its square. That is why the same model passes the table sooner in English, with fewer than a hundred characters, than in Chinese, with almost four thousand.`,
        misleads: html`${n.below ? 'Below the bigram loss is not yet good: it is a low bar, and the verse shows it.' : 'Not being below the bigram loss does not mean that nothing was learned: the table has counted the whole text.'}
          Large models read trillions of tokens, not ${n.read}. And the loss was measured only every few steps, on a small part of the text${n.pastUnigram === null && n.pastBigram === null ? '.' : ': the steps named above are the first measurements below each line.'}`,
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`${n.pastUnigram === null
          ? html`它始终没有低于<tinyai-term name="unigram">一元模型</tinyai-term>的损失 ${n.unigram}，而后者只知道每个词元有多常见。`
          : html`到第 ${n.pastUnigram} 步，它已低于<tinyai-term name="unigram">一元模型</tinyai-term>的损失 ${n.unigram}：知道了每个词元有多常见。`}${n.pastBigram === null
          ? html`但<tinyai-term name="bigram">二元模型</tinyai-term>的损失 ${n.bigram}，它 ${n.steps} 步也没有达到，最终停在 ${n.loss}。不论模型写出的文字像不像诗，预测这个文本，它还不如一张表。`
          : html`到第 ${n.pastBigram} 步，它也低于<tinyai-term name="bigram">二元模型</tinyai-term>的损失 ${n.bigram}，最终降到 ${n.loss}。`}`,
        why: html`最先学会的是频率，因为每个词元只需记一个数。只知道频率，相当于在 ${n.among.unigram} 个同样可能的词元中挑选（<tinyai-term name="perplexity">e 的“损失”次方</tinyai-term>）；训练结束时，是在
          ${n.among.now} 个中挑选。词元对要多得多，网络只能从读到的文本中学：它读了 ${n.read} 个词元${n.share === null ? '' : n.partly ? html`，是训练文本的 ${n.share}，而那张表数遍了全部文本` : html`，训练文本已读过不止一遍`}。${n.below
            ? html`它仍然胜过那张表，因为它能回看 ${n.context} 个词元，而不只是一个。`
            : html`它能回看 ${n.context} 个词元，这是那张表做不到的；但它得先把词元对这一课补上。`}`,
        change: html`训练更多步，或增大<tinyai-term name="batch">批大小</tinyai-term>，它就读得更多。<tinyai-term name="vocabulary">词表</tinyai-term>变大则相反：要学的词元对随词表大小的平方增长。所以同样的模型，读英文时（不到一百个字符）比读中文时（近四千个字）更早胜过那张表。`,
        misleads: html`${n.below ? '低于二元模型还谈不上好：这个标准很低，看看模型写出的文字就知道。' : '没有低于二元模型，不等于什么也没学到：那张表数遍了全部文本。'}大模型读的是数万亿个词元，而不是 ${n.read} 个。另外，损失每隔若干步才在一小部分文本上测一次${n.pastUnigram === null && n.pastBigram === null ? '。' : '，上面的步数是第一次测到低于基准的那一步。'}`,
      };
    },
  },
  variations: [
    { id: 'longer', name: { en: '3 times as long', zh: '步数三倍' }, ask: { en: 'And in three times as many steps?', zh: '如果步数增加到三倍？' }, patch: { training: { steps: 3 * STEPS } } },
    { id: 'short', name: { en: 'context of 8', zh: '上下文 8' }, ask: { en: 'With a context of only 8 tokens?', zh: '如果只能看前 8 个词元？' }, patch: { data: { context: 8 }, training: { batch_size: 64 } } },
    { id: 'wide', name: { en: 'twice as wide', zh: '宽度加倍' }, ask: { en: 'With a model twice as wide?', zh: '如果模型宽一倍？' }, patch: { model: { d_model: 192, d_ff: 512 } } },
  ],
  compared: ['validation_loss', 'trainable_parameters', 'step_time', 'duration'],
  check: {
    ask: {
      en: 'Two models, two texts: one reaches a loss of 2.3 nats in English characters, the other 5.6 in Chinese characters. Which has learned more?',
      zh: '两个模型，两种文本：一个在英文字符上的损失是 2.3 nat，另一个在汉字上的损失是 5.6 nat。哪个学得更好？',
    },
    options: [
      {
        text: { en: 'The English one: its loss is lower.', zh: '英文的：损失更低。' },
        right: false,
        because: {
          en: 'With fewer than a hundred characters to choose from, even plain frequencies reach about 3.3. The two losses measure different tasks.',
          zh: '英文可选的字符不到一百个，单凭频率就能到 3.3 左右。两个损失衡量的是不同的任务。',
        },
      },
      {
        text: { en: 'One cannot say, until each is held against what a table reaches on the same text.', zh: '还不能断定，要先看各自的文本上一张频率表能做到多少。' },
        right: true,
        because: {
          en: 'Unigram and bigram losses say how hard the text is in these tokens. Only against them does a loss say what was learned.',
          zh: '一元、二元模型的损失说明用这种词元预测这段文本有多难。与它们相比，损失才说明学到了多少。',
        },
      },
      {
        text: { en: 'The Chinese one: a character says more than a letter.', zh: '中文的：一个汉字的信息比一个字母多。' },
        right: false,
        because: {
          en: 'It does say more, and so its loss must be higher. That alone does not tell how much of it was learned.',
          zh: '信息确实更多，损失也理应更高。但这并不能说明学到了其中的多少。',
        },
      },
    ],
  },
};
