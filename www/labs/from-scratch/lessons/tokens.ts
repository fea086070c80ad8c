/** Bytes or characters: losses per token cannot be compared, losses per character can. */
import { html } from 'lit';
import '../../../shell/lesson/glossary/term';
import { finishedRun, noiseAmong, noiseOf, type Facts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import type { RunView } from '../../../shell/store/run-view';
import '../diagrams/tokens-diagram';
import { small, tokensPerCharacter, tokensRead } from './base';

/** Tokens of the validation text that are read; as bytes, about the same text. */
const EVALUATED = { characters: 2048, bytes: 5760 } as const;
const STEPS = 200;
const BYTES: LessonRun = { id: 'bytes', name: { en: 'bytes', zh: '字节' }, patch: { model: { tokenizer: 'bytes' }, evaluation: { tokens: EVALUATED.bytes } } };
const CHARACTERS: LessonRun = { id: 'characters', name: { en: 'characters', zh: '字符' }, patch: { model: { tokenizer: 'characters' } } };

/** Validation loss for a character; null until the run has finished, and for texts of one's own. */
function perCharacter(run: RunView | null): number | null {
  const loss = run?.status === 'finished' ? run.figure('validation_loss')?.value : undefined;
  const tokens = run && tokensPerCharacter(run);
  return loss === undefined || tokens == null ? null : loss * tokens;
}

/** Which of the two is lower, per token and per character. */
function compared(view: ExperimentView) {
  const [bytes, characters] = [finishedRun(view, BYTES), finishedRun(view, CHARACTERS)];
  const each = [perCharacter(bytes), perCharacter(characters)];
  if (!bytes || !characters || each[0] == null || each[1] == null) return null;
  const [a, b] = [bytes.figure('validation_loss')!.value, characters.figure('validation_loss')!.value];
  // They read other texts, so that their noise is independent.
  const noise = Math.hypot(noiseOf(bytes) * (tokensPerCharacter(bytes) ?? 1), noiseOf(characters));
  return { lowerPerToken: a < b, perToken: [a, b], perCharacter: each as [number, number], same: Math.abs(each[0] - each[1]) <= noise, lowerPerCharacter: each[0] < each[1] } as const;
}

function cameTrue(view: ExperimentView): string | null {
  const found = compared(view);
  if (!found) return null;
  if (!found.lowerPerToken) return 'characters';
  return found.same ? 'same' : found.lowerPerCharacter ? 'bytes' : 'turns';
}

function numbers(facts: Facts) {
  const found = compared(facts.view);
  const [bytes, characters] = [facts.run('bytes'), facts.run('characters')];
  if (!found || !bytes || !characters) return null;
  const { loss, short, count } = facts.format;
  const english = [facts.run('english-bytes'), facts.run('english-characters')] as const;
  const both = english[0] && english[1];
  const behind = both ? english[0].metric('validation_loss')! - english[1].metric('validation_loss')! : 0;
  return {
    ...found,
    /** Shakespeare in both, where a character is a byte. */
    english: both && { losses: [english[0].tell('validation_loss'), english[1].tell('validation_loss')], bytesBehind: behind > noiseAmong([english[0].view, english[1].view]) },
    losses: [bytes.tell('validation_loss'), characters.tell('validation_loss')],
    each: found.perCharacter.map(loss),
    tokens: short(tokensPerCharacter(bytes.view) ?? 1),
    bits: found.perCharacter.map((nats) => short(nats / Math.LN2)),
    read: [count(tokensRead(bytes) / (tokensPerCharacter(bytes.view) ?? 1)), count(tokensRead(characters))],
    context: [count(bytes.view.spec.data.context / (tokensPerCharacter(bytes.view) ?? 1)), count(characters.view.spec.data.context)],
    parameters: [bytes.tell('trainable_parameters'), characters.tell('trainable_parameters')],
    times: [bytes.tell('step_time'), characters.tell('step_time')],
  };
}

export const tokens: Lesson = {
  id: 'tokens',
  section: '15.6',
  minutes: 5,
  title: { en: 'Bytes or characters', zh: '字节还是字符' },
  question: { en: 'Is the model with the lower loss the better one?', zh: '损失更低的模型，就更好吗？' },
  stakes: {
    en: html`The loss is counted per <tinyai-term name="token">token</tinyai-term>, and what a token is was somebody’s choice. Here two models read the same Chinese verse, one in bytes, one in characters.`,
    zh: html`损失是按<tinyai-term name="token">词元</tinyai-term>计的，而什么算一个词元，是人定的。这里两个模型读同样的唐诗，一个按字节，一个按字符。`,
  },
  // Each Chinese character is three bytes; English would have one byte for each, and nothing to compare.
  base: () => small('zh', { training: { steps: STEPS }, evaluation: { every: 40, tokens: EVALUATED.characters } }),
  runs: [BYTES, CHARACTERS],
  controls: ['model.n_layers', 'data.context', 'training.batch_size', 'training.learning_rate', 'training.steps'],
  diagram: () => html`<tinyai-tokens-diagram></tinyai-tokens-diagram>`,
  predict: {
    kind: 'choice',
    ask: {
      en: html`A Chinese character is three bytes. Which model will have the lower loss per <tinyai-term name="token">token</tinyai-term>, and which the lower loss for a whole character?`,
      zh: html`一个汉字是三个字节。哪个模型每个<tinyai-term name="token">词元</tinyai-term>的损失更低，哪个模型每个字的损失更低？`,
    },
    options: [
      { id: 'bytes', text: { en: 'Bytes, both per token and per character', zh: '按词元、按字都是字节更低' } },
      { id: 'turns', text: { en: 'Per token the byte model; per character the character model', zh: '按词元是字节更低，按字却是字符更低' } },
      { id: 'same', text: { en: 'Bytes per token; per character they are alike', zh: '按词元是字节更低，按字两者相当' } },
      { id: 'characters', text: { en: 'Characters per token', zh: '按词元就是字符更低' } },
    ],
    outcome: cameTrue,
  },
  hero: {
    kind: 'bars',
    title: { en: 'Loss per character', zh: '每个字的损失' },
    caption: { en: 'Loss per token times the tokens of an average character of this text, in nats.', zh: '每个词元的损失，乘以这个文本平均每个字的词元数，单位为 nat。' },
    unit: 'nats',
    bar: (run, view) => {
      const value = perCharacter(view.runs[run]!);
      return value === null ? null : { value };
    },
  },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`Per token, bytes ended at ${n.losses[0]} nats and characters at ${n.losses[1]}${n.lowerPerToken ? ': in a chart of losses, bytes look far better' : ''}. But a character of this text is
          ${n.tokens} bytes on average, punctuation and line ends included. Per character it is ${n.each[0]} nats with bytes and ${n.each[1]} with characters:
          ${n.same ? 'no difference beyond the noise' : n.lowerPerCharacter ? 'bytes are better all the same' : 'characters are better'}.`,
        why: html`Surprises add up: to write one character, the byte model must get ${n.tokens} bytes right, one after the other, and pays for each. Each is one of few: the first byte of a Chinese character has about six
          values, each of the others 64, while the character is one of thousands. That alone makes the mean per byte low, without anything having been learned of poetry. In as many steps it also reads less text, ${n.read[0]} characters against ${n.read[1]}, and its context reaches back
          only ${n.context[0]} characters instead of ${n.context[1]}.`,
        change: html`Three times the steps and the context would give the byte model the same text to read and to look back on; it then pays for it in time. Bytes need only a tiny
          <tinyai-term name="vocabulary">vocabulary</tinyai-term> (${n.parameters[0]} parameters instead of ${n.parameters[1]}), and nothing is ever unknown to them.
          ${n.english
            ? html`In English both cut the text alike, and ended at ${n.english.losses[0]} and ${n.english.losses[1]}${n.english.bytesBehind ? ': with bytes, the model must first learn that most of the 257 tokens never occur' : ''}.`
            : ''}`,
        misleads: html`Large models use neither: their tokens are pieces of words, about four letters or one to two characters each, and every model has its own. Their losses and
          <tinyai-term name="perplexity">perplexities</tinyai-term> per token cannot be compared at all, only per character or per byte. Here: ${n.bits[0]} bits and ${n.bits[1]} bits per character.`,
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`按词元计，字节模型最终的损失为 ${n.losses[0]}，字符模型为 ${n.losses[1]}${n.lowerPerToken ? '：在损失图上，字节看起来好得多' : ''}。但在这个文本中，连同标点和换行，一个字平均有 ${n.tokens} 个字节。按字计，字节模型为 ${n.each[0]} nat，字符模型为
          ${n.each[1]} nat：${n.same ? '差别没有超出噪声' : n.lowerPerCharacter ? '仍是字节更好' : '字符更好'}。`,
        why: html`意外程度是要累加的：写一个字，字节模型要接连猜中 ${n.tokens} 个字节，每个都要付出代价。每个字节的选择都不多：汉字的第一个字节约有六种取值，其余两个各有 64 种，而一个字要从几千个里选。仅此一点就让每个字节的平均损失偏低，并不说明学到了什么诗意。此外，步数相同时，它读的文本更少：${n.read[0]} 个字，而字符模型读了 ${n.read[1]} 个；它也只能回看 ${n.context[0]} 个字，而不是 ${n.context[1]} 个。`,
        change: html`步数和上下文都增加到三倍，字节模型才能读到同样多的文本、回看同样远，但要为此花时间。字节的好处是<tinyai-term name="vocabulary">词表</tinyai-term>极小（${n.parameters[0]} 个参数，而不是 ${n.parameters[1]} 个），也永远不会遇到不认识的字。${n.english
          ? html`英文无论按字节还是按字符，切法都一样，两者最终为 ${n.english.losses[0]} 和 ${n.english.losses[1]}${n.english.bytesBehind ? '：按字节时，模型得先学会 257 个词元中的大多数从不出现' : ''}。`
          : ''}`,
        misleads: html`大模型两者都不用：它们的词元是词的片段，约合四个字母或一到两个汉字，而且各家都不同。它们按词元计的损失和<tinyai-term name="perplexity">困惑度</tinyai-term>根本不能互相比较，只能换算到每个字或每个字节再比。这里换算下来，每个字分别是 ${n.bits[0]} 比特和 ${n.bits[1]} 比特。`,
      };
    },
  },
  variations: [
    {
      id: 'bytes-fair',
      name: { en: 'bytes, 3 times the text', zh: '字节，三倍文本' },
      ask: { en: 'Bytes with three times the context, so that both read the same text?', zh: '字节模型的上下文增加到三倍，读到同样多的文本？' },
      patch: { model: { tokenizer: 'bytes' }, data: { context: 192 }, evaluation: { tokens: EVALUATED.bytes } },
    },
    {
      id: 'english-bytes',
      name: { en: 'English, bytes', zh: '英文，字节' },
      ask: { en: 'Shakespeare in bytes?', zh: '换成莎士比亚，按字节？' },
      patch: { model: { tokenizer: 'bytes' }, data: { corpus: 'shakespeare-plays' } },
    },
    {
      id: 'english-characters',
      name: { en: 'English, characters', zh: '英文，字符' },
      ask: { en: 'And Shakespeare in characters, one byte each?', zh: '莎士比亚，按字符（每个字符正好一个字节）？' },
      patch: { model: { tokenizer: 'characters' }, data: { corpus: 'shakespeare-plays' } },
    },
  ],
  compared: ['validation_loss', 'trainable_parameters', 'step_time'],
  check: {
    ask: {
      en: 'Two large models report their loss per token on the same text. One has 32,000 tokens in its vocabulary, the other 128,000. The first has the lower loss. What do you know?',
      zh: '两个大模型报告了在同一文本上每个词元的损失。一个词表有 3.2 万个词元，另一个有 12.8 万个，前者损失更低。由此知道什么？',
    },
    options: [
      {
        text: { en: 'The first is the better model.', zh: '前者是更好的模型。' },
        right: false,
        because: {
          en: 'A larger vocabulary makes longer tokens, and each of them is harder to predict. The first needs more tokens for the same text.',
          zh: '词表越大，词元越长，每个也就越难预测。前者写同样的文本需要更多词元。',
        },
      },
      {
        text: { en: 'Nothing, until both are turned into loss per character.', zh: '要换算成每个字的损失，才知道孰优孰劣。' },
        right: true,
        because: {
          en: 'Multiply each loss by the tokens that its model needs for the text, and divide by the characters: then both speak of the same thing.',
          zh: '把各自的损失乘以该模型写这段文本所需的词元数，再除以字数，两者说的才是同一件事。',
        },
      },
      {
        text: { en: 'The second one knows more words.', zh: '后者认识更多的词。' },
        right: false,
        because: {
          en: 'It has more tokens, so it cuts the text into fewer pieces. That says nothing of how well it predicts them.',
          zh: '它的词元更多，只说明把文本切成的段更少，与预测得好不好无关。',
        },
      },
    ],
  },
};
