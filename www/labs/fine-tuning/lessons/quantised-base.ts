/** QLoRA: what a frozen base in fewer bits saves, and what its rounding costs. */
import { html } from 'lit';
import '../../../shell/lesson/glossary/term';
import { slices } from '../../../shell/figures/memory-slices';
import { finishedRun, noiseAmong, placeOf, type Facts, type RunFacts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { Outcome } from '../../../shell/lesson/prediction/question';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import '../diagrams/bits-diagram';
import { LR, PER_WEIGHT, pair } from './base';

const kept = (quantization: 'none' | 'int8' | 'nf4', en: string, zh: string): LessonRun => ({ id: quantization, name: { en, zh }, patch: { fine_tuning: { quantization } } });
const RUNS = [kept('none', 'LoRA, float32 base', 'LoRA，float32 基座'), kept('int8', 'LoRA, INT8 base', 'LoRA，INT8 基座'), kept('nf4', 'LoRA, NF4 base', 'LoRA，NF4 基座')] as const;
const [WHOLE, , FOUR] = RUNS;

const peak = (view: ExperimentView, run: LessonRun): number | null => finishedRun(view, run)?.memory['total']?.peak_bytes ?? null;

/** Peak memory with a base in NF4, in percent of that with one in float32. */
function share(view: ExperimentView): Outcome | null {
  const [whole, four] = [peak(view, WHOLE), peak(view, FOUR)];
  return whole && four ? { value: (100 * four) / whole, spread: null } : null;
}

function numbers(facts: Facts) {
  const runs = RUNS.map(({ id }) => facts.run(id));
  if (runs.some((run) => !run?.peak || run.metric('validation_loss') === null || run.metric('base_validation_loss') === null || !run.metric('step_time'))) return null;
  const all = runs as [RunFacts, RunFacts, RunFacts];
  const { size, wholePercent, loss, lossGap, three } = facts.format;
  const [whole, , four] = all;
  const of = (run: RunFacts, name: string): number => run.metric(name)!;
  const noise = noiseAmong(all.map(({ view }) => view));
  const [before, after] = ['base_validation_loss', 'validation_loss'].map((name) => of(four, name) - of(whole, name)) as [number, number];
  return {
    weights: all.map((run) => size(run.memory('parameters'))),
    share: wholePercent(four.memory('parameters') / whole.memory('parameters')),
    percent: wholePercent(four.peak! / whole.peak!),
    activations: size(four.memory('activations')),
    before: all.map((run) => run.tell('base_validation_loss')),
    after: all.map((run) => run.tell('validation_loss')),
    rounding: before >= 0.0005 ? ('costs' as const) : before <= -0.0005 ? ('gains' as const) : ('none' as const),
    gaps: [lossGap(of(four, 'base_validation_loss'), of(whole, 'base_validation_loss')), lossGap(of(four, 'validation_loss'), of(whole, 'validation_loss'))],
    ended: beyond(after, noise) ? ('worse' as const) : beyond(-after, noise) ? ('better' as const) : ('alike' as const),
    noise: loss(noise),
    time: wholePercent(of(four, 'step_time') / of(whole, 'step_time')),
    slower: of(four, 'step_time') > of(whole, 'step_time'),
    bits: three(8 * PER_WEIGHT.nf4),
    saved: wholePercent(1 - PER_WEIGHT.nf4 / 2),
  };
}

/** Whether a difference is more than the noise, as both are written. */
const beyond = (gap: number, noise: number): boolean => Math.round(1000 * gap) > Math.round(1000 * noise);

export const quantisedBase: Lesson = {
  id: 'quantised-base',
  section: '15.1',
  minutes: 5,
  title: { en: 'A base in four bits', zh: '四位基座' },
  question: { en: 'What does QLoRA save, and what does the rounding cost?', zh: 'QLoRA 能省多少内存，舍入又有什么代价？' },
  stakes: {
    en: html`<tinyai-term name="lora">LoRA</tinyai-term> leaves the <tinyai-term name="frozen">frozen</tinyai-term> weights in memory. They never change, so they can be kept in fewer bits: that is <tinyai-term name="qlora">QLoRA</tinyai-term>.`,
    zh: html`用 <tinyai-term name="lora">LoRA</tinyai-term> 时，<tinyai-term name="frozen">冻结</tinyai-term>的权重仍占着内存。它们不再改变，所以可以用更少的位数存放，这就是 <tinyai-term name="qlora">QLoRA</tinyai-term>。`,
  },
  base: (language) =>
    pair(language, {
      fine_tuning: { method: 'lora', lora: { rank: 4, alpha: 8 } },
      training: { steps: 100, batch_size: 4, learning_rate: LR.lora },
      evaluation: { every: 20, tokens: 1024, sample_tokens: 32 },
    }),
  runs: RUNS,
  controls: ['fine_tuning.lora.rank', 'fine_tuning.lora.target_modules', 'training.batch_size', 'data.context', 'training.steps'],
  diagram: () => html`<tinyai-bits-diagram></tinyai-bits-diagram>`,
  predict: {
    kind: 'number',
    ask: {
      en: html`In <tinyai-term name="nf4">NF4</tinyai-term> a frozen matrix takes about a seventh of what it takes in float32. How much memory does the whole training need then, compared with LoRA on a float32 base?`,
      zh: html`冻结的矩阵用 <tinyai-term name="nf4">NF4</tinyai-term> 存放，大小约为 float32 的七分之一。与 float32 基座上的 LoRA 相比，整个训练需要多少内存？`,
    },
    unit: 'percent',
    scale: { from: 1, to: 100, step: 1 },
    ends: { en: ['1% of it', 'just as much'], zh: ['只要 1%', '一样多'] },
    outcome: share,
    bar: (value, view) => {
      const [whole, run] = [peak(view, WHOLE), placeOf(view, FOUR)];
      return whole === null || run === null ? null : { run, value: (whole * value) / 100 };
    },
  },
  hero: {
    kind: 'bars',
    title: { en: 'Memory at its peak', zh: '内存峰值' },
    caption: { en: 'What each run held when it held most.', zh: '每次运行占用最多时，内存用在哪里。' },
    unit: 'bytes',
    quantity: 'peak_memory',
    bar: (run, view) => {
      const { memory } = view.runs[run]!;
      const total = memory['total']?.peak_bytes;
      return total === undefined ? null : { value: total, parts: slices(memory).map(({ category, bytes }) => ({ kind: category, value: bytes })) };
    },
  },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`The weights took ${n.weights[0]} in float32, ${n.weights[1]} with INT8 and ${n.weights[2]} with NF4, ${n.share} of the first; memory as a whole fell to ${n.percent}. Before training, the
          <tinyai-term name="validation-loss">validation loss</tinyai-term> was ${n.before[0]}, ${n.before[1]} and ${n.before[2]}: rounding to four bits ${{ costs: `cost ${n.gaps[0]} nats`, gains: `even lowered it by ${n.gaps[0]} nats on this text, by chance`, none: 'cost nothing to speak of' }[n.rounding]}.
          After training it was ${n.after[0]}, ${n.after[1]} and ${n.after[2]}: with NF4 ${{ worse: `${n.gaps[1]} nats higher, more than the noise of ${n.noise}`, better: `${n.gaps[1]} nats lower, more than the noise of ${n.noise}`, alike: `a difference of ${n.gaps[1]} nats, within the noise of ${n.noise}` }[n.ended]}.`,
        why: html`A weight that learns by tiny steps needs its many digits; one that only multiplies does not. <tinyai-term name="nf4">NF4</tinyai-term> has 16 values, spaced as weights are, with a scale for each 64. Its errors point all ways, and in a sum of
          hundreds of products most of them cancel. The pairs stay in float32, and learn on top of the rounded weights, and so make up for some of the errors.`,
        change: html`Training as a whole shrinks by less than the weights, because <tinyai-term name="activation">activations</tinyai-term> (${n.activations}) are untouched. The larger the model and the smaller the batch, the more weights count. Full
          fine-tuning cannot do this: what learns cannot be rounded.`,
        misleads: html`With NF4 a step took ${n.time} of the time${n.slower ? ': the weights must be turned back into numbers for each product' : ', although the weights must be turned back into numbers for each product'}. On other machines that may cost more or less. In a model of
          billions the base is usually in 16 bits to begin with, so that four bits save about three quarters of it and not seven eighths.`,
        claims: [
          {
            says: 'Four bits (NF4) take 75% less than 16 bits.',
            measured: html`Without scales they do. With them, a matrix of this model takes ${n.bits} bits a weight, which is ${n.saved} less than 16.`,
            verdict: 'holds',
          },
          {
            says: 'QLoRA trains a model of 65 billion parameters on one card of 24 GB.',
            measured: '65 billion weights in four bits take 32.5 GB, before any activations. The paper on QLoRA (Dettmers et al. 2023) used a card of 48 GB for it.',
            verdict: 'fails',
          },
        ],
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`权重在 float32 时占 ${n.weights[0]}，INT8 为 ${n.weights[1]}，NF4 为 ${n.weights[2]}，是 float32 的 ${n.share}；内存合计降到 ${n.percent}。训练前的<tinyai-term name="validation-loss">验证损失</tinyai-term>依次为 ${n.before[0]}、${n.before[1]} 和 ${n.before[2]}：舍入到四位${{ costs: `多了 ${n.gaps[0]} nat`, gains: `在这段文本上反而低了 ${n.gaps[0]} nat，这只是偶然`, none: '几乎没有代价' }[n.rounding]}。训练后依次为
          ${n.after[0]}、${n.after[1]} 和 ${n.after[2]}：NF4 ${{ worse: `高 ${n.gaps[1]} nat，超出噪声（${n.noise}）`, better: `低 ${n.gaps[1]} nat，超出噪声（${n.noise}）`, alike: `相差 ${n.gaps[1]} nat，在噪声（${n.noise}）之内` }[n.ended]}。`,
        why: html`权重要靠微小的改变来学习，就需要很高的精度；只用来相乘，就不需要。<tinyai-term name="nf4">NF4</tinyai-term> 只有 16 个值，疏密与权重的分布相应，每 64 个权重共用一个系数。它的误差有正有负，几百个乘积相加，大多相互抵消。B、A 仍是 float32，在舍入后的权重之上学习，舍入误差也能一并适应。`,
        change: html`整个训练的内存没有像权重那样大幅下降，因为<tinyai-term name="activation">激活值</tinyai-term>（${n.activations}）没有减少。模型越大、批大小越小，权重所占的比例就越高。全参数微调不能这样做：参与学习的权重不能舍入。`,
        misleads: html`用 NF4 时，每步用时是原来的 ${n.time}${n.slower ? '：每次相乘都要先把权重还原' : '，尽管每次相乘都要先把权重还原'}。换一台机器，这一步的代价可能更大，也可能更小。数十亿参数的模型，基座本来多用 16 位存放，所以四位省下的约是四分之三，而不是八分之七。`,
        claims: [
          {
            says: '四位的 NF4 比 16 位节省 75%。',
            measured: html`不计缩放系数时正是如此。计入系数，这个模型的矩阵平均每个权重占 ${n.bits} 位，比 16 位少 ${n.saved}。`,
            verdict: 'holds',
          },
          {
            says: 'QLoRA 能在一张 24 GB 的显卡上训练 650 亿参数的模型。',
            measured: '650 亿个权重用四位存放就要 32.5 GB，激活值还没有算在内。QLoRA 的论文（Dettmers 等，2023）用的是 48 GB 的显卡。',
            verdict: 'fails',
          },
        ],
      };
    },
  },
  variations: [
    { id: 'rank-64', name: { en: 'NF4 base, rank 64', zh: 'NF4 基座，秩 64' }, ask: { en: 'NF4 with rank 64?', zh: 'NF4，秩 64？' }, patch: { fine_tuning: { quantization: 'nf4', lora: { rank: 64, alpha: 32 } } } },
    { id: 'batch-1', name: { en: 'NF4 base, batch 1', zh: 'NF4 基座，批大小 1' }, ask: { en: 'NF4 with a batch of one, so that activations are few?', zh: 'NF4，批大小为 1，激活值很少？' }, patch: { fine_tuning: { quantization: 'nf4' }, training: { batch_size: 1 } } },
    { id: 'full', name: { en: 'full, float32', zh: '全参数，float32' }, ask: { en: 'And full fine-tuning?', zh: '全参数微调呢？' }, patch: { fine_tuning: { method: 'full' }, training: { learning_rate: LR.full } } },
  ],
  compared: ['base_validation_loss', 'validation_loss', 'peak_memory', 'step_time', 'trainable_parameters'],
  check: {
    ask: {
      en: 'Seven billion weights in 16 bits take 14 GB. A machine has 8 GB. Which keeps the base small enough to train adapters on it?',
      zh: '七十亿个权重用 16 位存放，要占 14 GB，而机器只有 8 GB。怎样才能放下基座，并在上面训练适配器？',
    },
    options: [
      { text: { en: 'LoRA with a lower rank.', zh: '用秩更低的 LoRA。' }, right: false, because: { en: 'The rank changes the size of the pairs only; the base still takes 14 GB.', zh: '秩只改变 B、A 的大小，基座仍占 14 GB。' } },
      { text: { en: 'LoRA on the base in four bits.', zh: '把基座存成四位，在上面做 LoRA。' }, right: true, because: { en: 'Four bits a weight are 3.5 GB, and scales add a little. What remains is for activations.', zh: '每个权重四位，共 3.5 GB，再加少量系数，剩下的留给激活值。' } },
      { text: { en: 'Full fine-tuning of the base in four bits.', zh: '把基座存成四位，做全参数微调。' }, right: false, because: { en: 'A step of training is far smaller than the gap between two of 16 values: it would be rounded away.', zh: '一步训练的改变，远小于 16 个值之间的间隔，会被舍入抹掉。' } },
    ],
  },
};
