/** How high the rank must be: the first directions bring most of what there is to gain. */
import { html } from 'lit';
import '../../../shell/lesson/glossary/term';
import { finishedRun, lessonRun, noiseAmong, placeOf, type Facts, type RunFacts } from '../../../shell/lesson/facts';
import type { Claim, Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { Outcome } from '../../../shell/lesson/prediction/question';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import type { RunView } from '../../../shell/store/run-view';
import '../diagrams/rank-diagram';
import { LR, pair } from './base';

const RANKS = [1, 4, 16, 64] as const;
/** With α = 4√r, every rank moves the weights equally far in the first step (as rank-stabilized LoRA does, arXiv:2312.03732). */
const alphaOf = (rank: number): number => 4 * Math.sqrt(rank);
const RUNS: readonly LessonRun[] = RANKS.map((rank) => ({
  id: `rank-${rank}`,
  name: { en: `rank ${rank}`, zh: `秩 ${rank}` },
  patch: { fine_tuning: { lora: { rank, alpha: alphaOf(rank) } } },
}));
const [FIRST, LAST] = [RUNS[0]!, RUNS.at(-1)!];

/** By how much a run's validation loss fell; null until it has finished. */
function gain(run: RunView | null): number | null {
  const before = run?.curve('validation_loss').values[0];
  const after = run?.status === 'finished' ? run.figure('validation_loss')?.value : undefined;
  return before === undefined || after === undefined ? null : before - after;
}

/** What rank 1 gains in percent of what the highest rank gains; null where that gains nothing. */
function share(view: ExperimentView): Outcome | null {
  const [first, last] = [finishedRun(view, FIRST), finishedRun(view, LAST)];
  const [low, high] = [gain(first), gain(last)];
  if (!first || !last || low === null || high === null || high <= 0) return null;
  const noise = noiseAmong([first, last]);
  return { value: (100 * low) / high, spread: [(100 * (low - noise)) / high, (100 * (low + noise)) / high] };
}

function numbers(facts: Facts) {
  const runs = RUNS.map(({ id }) => facts.run(id));
  if (runs.some((run) => !run || gain(run.view) === null || run.metric('trainable_parameters') === null)) return null;
  const all = runs as RunFacts[];
  const gains = all.map(({ view }) => gain(view)!);
  const losses = all.map((run) => run.metric('validation_loss')!);
  const [first, last] = [all[0]!, all.at(-1)!];
  const best = Math.min(...losses);
  const reached = gains.at(-1)!;
  const noise = noiseAmong(all.map(({ view }) => view));
  // The lowest rank from which on nothing more is gained.
  const enough = losses.findIndex((loss) => loss - best <= noise);
  const { wholePercent, count, plain, loss } = facts.format;
  const ranks = all.map(({ view }) => plain(view.spec.fine_tuning.lora.rank));
  return {
    one: count(last.metric('trainable_parameters')! / first.metric('trainable_parameters')!),
    parameters: [first.tell('trainable_parameters'), last.tell('trainable_parameters')],
    losses: [first.tell('validation_loss'), last.tell('validation_loss')],
    /** What each rank gained as a share of what the last one did; null where that gained nothing. */
    shares: reached > 0 ? gains.map((gained) => wholePercent(gained / reached)) : null,
    most: gains[0]! > reached / 2,
    ranks,
    enough: ranks[enough]!,
    isLast: enough === all.length - 1,
    /** The guide gives generation, which this is, the highest ranks. */
    guide: (reached <= 0 ? 'open' : enough === all.length - 1 ? 'holds' : 'fails') as Claim['verdict'],
    noise: loss(noise),
    steps: count(first.view.steps),
    scales: [first, last].map(({ view: { spec } }) => plain(spec.fine_tuning.lora.alpha / spec.fine_tuning.lora.rank)),
  };
}

const update = html`<math><mi>Δ</mi><mi>W</mi><mo>=</mo><mfrac><mi>α</mi><mi>r</mi></mfrac><mi>B</mi><mi>A</mi></math>`;

export const rank: Lesson = {
  id: 'rank',
  section: '15.1',
  minutes: 5,
  title: { en: 'How high a rank', zh: '秩要多高' },
  question: { en: 'How high must the rank be?', zh: '秩要多高才够？' },
  stakes: {
    en: html`The <tinyai-term name="rank">rank</tinyai-term> is the first number that anybody has to choose for <tinyai-term name="lora">LoRA</tinyai-term>. Each doubling doubles the
      <tinyai-term name="adapter">adapter</tinyai-term>; what it brings is another matter.`,
    zh: html`用 <tinyai-term name="lora">LoRA</tinyai-term>，首先要选的就是<tinyai-term name="rank">秩</tinyai-term>。秩加倍，<tinyai-term name="adapter">适配器</tinyai-term>就加倍；效果却未必。`,
  },
  base: (language) =>
    pair(language, {
      fine_tuning: { method: 'lora', lora: { rank: 4, alpha: 8 } },
      training: { steps: 100, batch_size: 4, learning_rate: LR.lora },
      evaluation: { every: 20, tokens: 1024, sample_tokens: 32 },
    }),
  runs: RUNS,
  controls: ['fine_tuning.lora.target_modules', 'training.learning_rate', 'training.batch_size', 'data.context', 'training.steps'],
  diagram: () => html`<tinyai-rank-diagram></tinyai-rank-diagram>`,
  predict: {
    kind: 'number',
    ask: {
      en: html`Rank 64 trains 64 times as many parameters as rank 1. Each lowers the <tinyai-term name="validation-loss">validation loss</tinyai-term>: what share of rank 64’s gain does rank 1 reach?`,
      zh: html`秩为 64 时训练的参数是秩为 1 时的 64 倍。以秩 64 使<tinyai-term name="validation-loss">验证损失</tinyai-term>下降的幅度为准，秩 1 能达到其中的多少？`,
    },
    unit: 'percent',
    scale: { from: 0, to: 100, step: 1 },
    ends: { en: ['nothing', 'just as much'], zh: ['毫无下降', '一样多'] },
    outcome: share,
    bar: (value, view) => {
      const [most, run] = [gain(lessonRun(view, LAST)), placeOf(view, FIRST)];
      return most === null || most <= 0 || run === null ? null : { run, value: (most * value) / 100 };
    },
  },
  hero: {
    kind: 'bars',
    title: { en: 'What each rank gains', zh: '各个秩的收获' },
    caption: { en: 'By how much the validation loss fell from that of the base model, in nats per token.', zh: '验证损失比基座模型下降了多少，单位为 nat/词元。' },
    unit: 'nats',
    bar: (run, view) => {
      const value = gain(view.runs[run]!);
      if (value === null) return null;
      // A bar without parts is not drawn; what it comes to is still written.
      return value < 0 ? { value, parts: [] } : { value };
    },
  },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`Rank ${n.ranks[0]} ended at ${n.losses[0]}, rank ${n.ranks[3]} at ${n.losses[1]}.
          ${n.shares
            ? html`With ${n.parameters[0]} parameters instead of ${n.parameters[1]}, one in ${n.one}, rank ${n.ranks[0]} reached ${n.shares[0]} of the gain; rank ${n.ranks[1]} reached ${n.shares[1]}, rank ${n.ranks[2]} ${n.shares[2]}.`
            : html`There is no gain to compare by: rank ${n.ranks[3]} ended no lower than the base model began.`}
          ${!n.shares ? '' : n.isLast ? `Even rank ${n.enough} still brought something beyond the noise of ${n.noise} nats.` : `From rank ${n.enough} on, nothing more is gained beyond the noise of ${n.noise} nats.`}`,
        why: html`${update} is a sum of r patterns, a column of B times a row of A.
          ${!n.shares
            ? 'These runs do not show how many of them are needed: a learning rate that is too high undoes what more patterns could bring.'
            : n.most
              ? `Most of what changes is the same for every token, such as which words and line lengths are usual, and one direction in each projection already carries that. Further directions are for what the first could not express${n.isLast ? `; that is less, but here even the last of the ${n.ranks[3]} still brought something.` : `, and beyond rank ${n.enough} these runs show nothing of it.`}`
              : 'Here one pattern in each projection is not enough: what changes takes many independent directions.'}`,
        change: html`A task farther from what the base model knows, more text and more steps need a higher rank: an adapter cannot hold more than it has numbers for. The scale
          <tinyai-term name="alpha">α/r</tinyai-term> matters, too: here it falls from ${n.scales[0]} to ${n.scales[1]}, so that all ranks set out at the same pace. With α = 2r, as is often advised, a higher
          rank also moves faster, and a comparison mixes up the two; one variation does that.`,
        misleads: html`In ${n.steps} steps the model reads a small part of the text, and ranks that would differ later are still close. Large models are tuned with ranks from 8 to 64 in matrices thousands wide: the
          share of the parameters is far smaller there than here.`,
        claims: [
          {
            says: 'Rank 4 to 8 for simple classification, 16 to 32 for question answering, 64 to 128 for complex generation; in its summary, 32 to 64 for complex work.',
            measured: html`Writing verse is generation, for which the guide has at least 64. ${{
              holds: `Here rank ${n.ranks[3]}, the highest that was tried, did still better than rank ${n.ranks[2]}.`,
              fails: `Here rank ${n.enough} was enough in ${n.steps} steps.`,
              open: 'Here no rank gained anything that could be compared.',
              partly: '',
            }[n.guide]} Classification and question answering are not tried on this page.`,
            verdict: n.guide,
          },
        ],
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`秩 ${n.ranks[0]} 最终的损失为 ${n.losses[0]}，秩 ${n.ranks[3]} 为 ${n.losses[1]}。前者训练 ${n.parameters[0]} 个参数，后者训练 ${n.parameters[1]} 个，后者约为前者的 ${n.one} 倍。${n.shares
          ? html`前者达到了后者降幅的 ${n.shares[0]}；秩 ${n.ranks[1]} 达到 ${n.shares[1]}，秩 ${n.ranks[2]} 达到 ${n.shares[2]}。`
          : html`但秩 ${n.ranks[3]} 的损失并不比基座模型低，没有降幅可比。`}${!n.shares ? '' : n.isLast ? `即使到秩 ${n.enough}，多出的收获仍超出噪声（${n.noise} nat）。` : `从秩 ${n.enough} 往上，多出的收获已在噪声（${n.noise} nat）之内。`}`,
        why: html`${update} 是 r 个图案之和，每个图案是 B 的一列乘 A 的一行。${!n.shares
          ? '这几次运行看不出需要多少个：学习率过高时，图案再多也无济于事。'
          : n.most
          ? `大部分变化对所有词元都一样，例如常用哪些字、句子多长，每个投影层一个方向就足以表达。后加的方向只用来表达它表达不了的部分${n.isLast ? `；这部分要少一些，但在这里，直到秩 ${n.ranks[3]} 仍有收获。` : `，而这几次运行从秩 ${n.enough} 往上已看不出收获。`}`
          : '这里每个投影层一个图案还不够：要改变的东西需要许多互相独立的方向。'}`,
        change: html`任务离基座模型所知越远、文本越多、步数越多，需要的秩就越高：适配器能存的，不会多于它的参数。系数 <tinyai-term name="alpha">α/r</tinyai-term> 也有关系：这里它从 ${n.scales[0]} 减到 ${n.scales[1]}，使各个秩起步时一样快。若按常见的建议取 α = 2r，秩越高走得也越快，比较时两者就混在一起；下面有一项就是如此。`,
        misleads: html`${n.steps} 步只读了文本的一小部分，日后会拉开的秩，此时还很接近。大模型的矩阵有数千宽，常用的秩是 8 到 64，参与学习的参数所占的比例远比这里小。`,
        claims: [
          {
            says: '简单分类取秩 4 到 8，问答取 16 到 32，复杂生成取 64 到 128；小结中又说复杂任务取 32 到 64。',
            measured: html`写诗属于生成任务，按书中的建议，秩至少是 64。${{
              holds: `这里试过的秩中，最高的 ${n.ranks[3]} 仍好于 ${n.ranks[2]}。`,
              fails: `这里训练 ${n.steps} 步，秩 ${n.enough} 就够了。`,
              open: '这里各个秩的损失都没有下降，无从比较。',
              partly: '',
            }[n.guide]}分类和问答，本页没有试。`,
            verdict: n.guide,
          },
        ],
      };
    },
  },
  variations: [
    {
      id: 'alpha',
      name: { en: 'rank 64, α 128', zh: '秩 64，α 128' },
      ask: { en: 'Rank 64 with the usual α = 2r = 128?', zh: '秩 64，取常见的 α = 2r = 128？' },
      patch: { fine_tuning: { lora: { rank: 64, alpha: 128 } } },
    },
    {
      id: 'rank-1-long',
      name: { en: 'rank 1, 3 times as long', zh: '秩 1，步数三倍' },
      ask: { en: 'Rank 1 in three times as many steps?', zh: '秩 1，步数增加到三倍？' },
      patch: { fine_tuning: { lora: { rank: 1, alpha: alphaOf(1) } }, training: { steps: 300 } },
    },
    {
      id: 'full',
      name: { en: 'full', zh: '全参数' },
      ask: { en: 'And full fine-tuning, which has no rank at all?', zh: '全参数微调没有秩的限制，又会怎样？' },
      patch: { fine_tuning: { method: 'full' }, training: { learning_rate: LR.full } },
    },
  ],
  compared: ['validation_loss', 'trainable_parameters', 'peak_memory', 'step_time'],
  check: {
    ask: {
      en: 'Suppose that rank 16 and rank 64 end within the noise of each other. You may keep one adapter for each of a thousand users. Which rank do you take?',
      zh: '假设秩 16 与秩 64 的损失差别在噪声之内，而你要为一千个用户各保存一个适配器。该选哪个秩？',
    },
    options: [
      {
        text: { en: '64: more parameters cannot hurt.', zh: '64：参数多总没有坏处。' },
        right: false,
        because: {
          en: 'They cost four times the space and bring nothing that can be measured. With little text, they can also learn it by heart.',
          zh: '它要四倍的存储，却测不出任何好处；文本少时，还可能把文本背下来。',
        },
      },
      {
        text: { en: '16: it does as well with a quarter of the numbers.', zh: '16：效果一样，参数只有四分之一。' },
        right: true,
        because: {
          en: 'The size of an adapter grows with its rank. Where a higher rank brings nothing, the lower one saves three quarters of the space, a thousand times over.',
          zh: '适配器的大小与秩成正比。既然更高的秩没有好处，一千个适配器每一个都能省下四分之三。',
        },
      },
      {
        text: { en: '1: the lowest is always enough.', zh: '1：最低的总是够用。' },
        right: false,
        because: {
          en: 'Sometimes it nearly is. But how much is enough depends on the task and the text, and has to be tried.',
          zh: '有时确实相差无几。但多高才够取决于任务和文本，要试过才知道。',
        },
      },
    ],
  },
};
