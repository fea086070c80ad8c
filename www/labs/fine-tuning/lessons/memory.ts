/** Where the bytes of a training lie: some are counted per parameter, which adapters and fewer bits save, the others per token. */
import { html } from 'lit';
import '../../../shell/lesson/glossary/term';
import { slices } from '../../../shell/figures/memory-slices';
import { finishedRun, placeOf, type Facts, type RunFacts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun, Patch } from '../../../shell/lesson/lesson';
import type { Outcome } from '../../../shell/lesson/prediction/question';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import '../diagrams/memory-diagram';
import { LR, pair } from './base';

const LARGE = 16;
const QLORA: Patch = { fine_tuning: { method: 'lora', quantization: 'nf4' } };
const larger = (patch: Patch): Patch => ({ ...patch, training: { ...patch.training, batch_size: LARGE } });
const TRAINS_ALL: Patch = { training: { learning_rate: LR.full } };

const FULL: LessonRun = { id: 'full', name: { en: 'full', zh: '全参数' }, patch: TRAINS_ALL };
const LORA: LessonRun = { id: 'lora', name: { en: 'LoRA', zh: 'LoRA' }, patch: { fine_tuning: { method: 'lora' } } };
const FOUR_BITS: LessonRun = { id: 'qlora', name: { en: 'QLoRA', zh: 'QLoRA' }, patch: QLORA };
const LARGE_BATCH: LessonRun = { id: 'qlora-16', name: { en: `QLoRA, batch ${LARGE}`, zh: `QLoRA，批大小 ${LARGE}` }, patch: larger(QLORA) };
const RUNS = [FULL, LORA, FOUR_BITS, LARGE_BATCH] as const;

const peak = (view: ExperimentView, run: LessonRun): number | null => finishedRun(view, run)?.memory['total']?.peak_bytes ?? null;

/** Peak memory of QLoRA with the large batch, in percent of that of full fine-tuning with the small one. */
function share(view: ExperimentView): Outcome | null {
  const [full, large] = [peak(view, FULL), peak(view, LARGE_BATCH)];
  return full && large ? { value: (100 * large) / full, spread: null } : null;
}

/** Tokens that a step keeps activations of at once. */
const tokens = ({ view: { spec } }: RunFacts): number => (spec.training.batch_size / spec.training.micro_batches) * spec.data.context;

function numbers(facts: Facts) {
  const runs = RUNS.map(({ id }) => facts.run(id));
  const parameters = runs[0]?.metric('total_parameters');
  if (!parameters || runs.some((run) => !run?.peak)) return null;
  const all = runs as [RunFacts, RunFacts, RunFacts, RunFacts];
  const { size, wholePercent, count, times, three } = facts.format;
  const [full, lora, four, large] = all;
  const ofLearning = (run: RunFacts): number => run.memory('gradients') + run.memory('optimizer');
  const ofActivations = (run: RunFacts): number => run.memory('activations');
  const perParameter = (run: RunFacts): string => three((run.memory('parameters') + ofLearning(run)) / parameters);
  const ratio = large.peak! / full.peak!;
  return {
    peaks: all.map((run) => run.tell('peak_memory')),
    weights: all.map((run) => size(run.memory('parameters'))),
    learning: [size(ofLearning(full)), size(ofLearning(lora))],
    activations: all.map((run) => size(ofActivations(run))),
    saved: wholePercent(1 - lora.peak! / full.peak!),
    remains: wholePercent(ofActivations(four) / four.peak!),
    ratio: wholePercent(ratio),
    ended: ratio > 1.005 ? ('more' as const) : ratio < 0.995 ? ('less' as const) : ('alike' as const),
    grew: times(ofActivations(large) / Math.max(1, ofActivations(four))),
    perParameter: [full, lora, four].map(perParameter),
    tokens: [count(tokens(four)), count(tokens(large))],
    perToken: [full, four, large].map((run) => size(ofActivations(run) / tokens(run))),
    batches: [full, four, large].map(({ view }) => count(view.spec.training.batch_size)),
  };
}

export const memory: Lesson = {
  id: 'memory',
  section: '15.1',
  minutes: 6,
  title: { en: 'Where the memory goes', zh: '内存用在哪里' },
  question: { en: 'Where does the memory of training go, and what saves which part?', zh: '训练的内存用在哪里，怎样才能省？' },
  stakes: {
    en: html`<tinyai-term name="lora">LoRA</tinyai-term> empties one part of the memory, a base in <tinyai-term name="nf4">four bits</tinyai-term> another. Whether that is enough depends on the part that neither of them touches.`,
    zh: html`<tinyai-term name="lora">LoRA</tinyai-term> 省下内存的一部分，<tinyai-term name="nf4">四位</tinyai-term>的基座省下另一部分。够不够用，还要看两者都省不掉的那一部分有多大。`,
  },
  base: (language) =>
    pair(language, {
      fine_tuning: { lora: { rank: 4, alpha: 8 } },
      training: { steps: 40, batch_size: 4, learning_rate: LR.lora },
      evaluation: { every: 20, tokens: 1024, sample_tokens: 0 },
    }),
  runs: RUNS,
  controls: ['fine_tuning.lora.rank', 'training.batch_size', 'data.context', 'training.micro_batches', 'training.steps'],
  diagram: () => html`<tinyai-memory-diagram></tinyai-memory-diagram>`,
  predict: {
    kind: 'number',
    ask: {
      en: html`With a <tinyai-term name="batch">batch</tinyai-term> of 4, <tinyai-term name="qlora">QLoRA</tinyai-term> needs less than half of the memory of <tinyai-term name="full-fine-tuning">full fine-tuning</tinyai-term>. Now give QLoRA a batch of ${LARGE}, and leave full fine-tuning at 4. How much of its memory does QLoRA need then?`,
      zh: html`<tinyai-term name="batch">批大小</tinyai-term>为 4 时，<tinyai-term name="qlora">QLoRA</tinyai-term> 需要的内存不到<tinyai-term name="full-fine-tuning">全参数微调</tinyai-term>的一半。现在把 QLoRA 的批大小增加到 ${LARGE}，全参数微调仍为 4，QLoRA 需要的内存是后者的多少？`,
    },
    unit: 'percent',
    scale: { from: 1, to: 200, step: 1 },
    ends: { en: ['1% of it', 'twice as much'], zh: ['只要 1%', '两倍'] },
    outcome: share,
    bar: (value, view) => {
      const [full, run] = [peak(view, FULL), placeOf(view, LARGE_BATCH)];
      return full === null || run === null ? null : { run, value: (full * value) / 100 };
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
        happened: html`With a batch of ${n.batches[0]}, full fine-tuning held ${n.peaks[0]} at its peak. LoRA held ${n.peaks[1]}: gradients and optimizer state shrank from ${n.learning[0]} to ${n.learning[1]}. QLoRA held ${n.peaks[2]}: the weights
          shrank from ${n.weights[1]} to ${n.weights[2]}, too. Of what was left, ${n.remains} were <tinyai-term name="activation">activations</tinyai-term>. With a batch of ${n.batches[2]} these grew from ${n.activations[2]} to ${n.activations[3]}, ${n.grew} times as much, and
          QLoRA held ${n.peaks[3]}: ${{ more: `more than full fine-tuning did, ${n.ratio} of it`, less: `still less than full fine-tuning, ${n.ratio} of it`, alike: 'as much as full fine-tuning' }[n.ended]}.`,
        why: html`Memory is counted in two ways. Weights, <tinyai-term name="gradient">gradients</tinyai-term> and <tinyai-term name="optimizer-state">optimizer state</tinyai-term> are counted per parameter of the model: full fine-tuning took ${n.perParameter[0]} bytes for each, a weight, its
          gradient and <tinyai-term name="adamw">AdamW</tinyai-term>’s two numbers, 4 bytes each. LoRA took ${n.perParameter[1]}, almost only the frozen weight, and QLoRA ${n.perParameter[2]}, since NF4 takes little more than half a byte. Activations are counted per token of a step:
          ${n.perToken[0]} with full fine-tuning, ${n.perToken[1]} with QLoRA. The gradient passes through every layer, frozen or not, and needs what the layers computed; so whatever learns, a step of ${n.tokens[1]} tokens keeps ${n.grew} times as much as one of ${n.tokens[0]}.`,
        change: html`What saves activations is something else: a smaller batch or a shorter <tinyai-term name="context">context</tinyai-term>, in proportion; <tinyai-term name="micro-batch">micro-batches</tinyai-term>, which go through the model one after the other and add up to the same gradient; training only the last layers, so that
          nothing below them has to be kept; and <tinyai-term name="checkpointing">gradient checkpointing</tinyai-term>, which computes activations again (15.3). Two of the variations try this.`,
        misleads: html`In so small a model tokens weigh more than parameters. In one of seven billion, 16 bytes for each are 112 GB, and QLoRA saves most of what there is. There, weights that do not learn are
          kept in 16 bits at most, so that LoRA by itself saves more, and four bits less, than here.`,
        claims: [
          {
            says: 'With LoRA, training a model of 175 billion parameters takes about 10 GB instead of about 700 GB, 98.6% less.',
            measured: html`Here LoRA took ${n.saved} less. The 680 million parameters that learn in the chapter need 10 GB by themselves, at 16 bytes each. The frozen weights are 350 GB even in 16 bits, and activations come on top.`,
            verdict: 'fails',
          },
        ],
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`批大小为 ${n.batches[0]} 时，全参数微调的内存峰值为 ${n.peaks[0]}。LoRA 为 ${n.peaks[1]}：梯度和优化器状态合计从 ${n.learning[0]} 降到 ${n.learning[1]}。QLoRA 为 ${n.peaks[2]}：权重也从 ${n.weights[1]} 降到 ${n.weights[2]}。剩下的内存中，<tinyai-term name="activation">激活值</tinyai-term>占 ${n.remains}。批大小增加到 ${n.batches[2]}，激活值从 ${n.activations[2]} 增加到 ${n.activations[3]}，是原来的 ${n.grew} 倍，QLoRA 的内存也达到 ${n.peaks[3]}，${{ more: `超过了全参数微调，是它的 ${n.ratio}`, less: `仍少于全参数微调，是它的 ${n.ratio}`, alike: '与全参数微调相当' }[n.ended]}。`,
        why: html`内存要按两种方式计算。权重、<tinyai-term name="gradient">梯度</tinyai-term>和<tinyai-term name="optimizer-state">优化器状态</tinyai-term>按参数计算：全参数微调平均每个参数用 ${n.perParameter[0]} 字节，即权重、梯度和 <tinyai-term name="adamw">AdamW</tinyai-term> 的两个数，各 4 字节；LoRA 用 ${n.perParameter[1]} 字节，几乎只剩冻结的权重；QLoRA 用 ${n.perParameter[2]} 字节，因为 NF4 存放一个权重只要半个字节多一点。激活值则按每一步的词元计算：全参数微调每个词元用 ${n.perToken[0]}，QLoRA 用 ${n.perToken[1]}。梯度要穿过每一层，无论冻结与否，都要用到这一层算出的中间结果。所以不管训练的是什么，一步的词元从 ${n.tokens[0]} 个增加到 ${n.tokens[1]} 个，激活值也随之增加到 ${n.grew} 倍。`,
        change: html`要节省激活值，得用别的办法：减小批大小或缩短<tinyai-term name="context">上下文</tinyai-term>，激活值就按比例减少；把一批分成几个<tinyai-term name="micro-batch">微批次</tinyai-term>，依次通过模型，梯度之和不变；只训练最后几层，更低的层就什么都不必保留；还有<tinyai-term name="checkpointing">梯度检查点</tinyai-term>，用到时再重新计算（15.3）。下面的变化中，有两项就是这样做的。`,
        misleads: html`模型这么小，内存主要由词元决定。换成七十亿参数的模型，每个参数 16 字节就是 112 GB，QLoRA 能省下其中的大部分。那时不参与学习的权重最多用 16 位存放，所以 LoRA 本身省得比这里多，四位再省下的则比这里少。`,
        claims: [
          {
            says: '训练 1750 亿参数的模型，用 LoRA 能把内存从约 700 GB 降到约 10 GB，节省 98.6%。',
            measured: html`这里 LoRA 省下 ${n.saved}。10 GB 只够书中所说的 6.8 亿个参与学习的参数，每个 16 字节。冻结的权重即使用 16 位存放，也要 350 GB；此外还有激活值。`,
            verdict: 'fails',
          },
        ],
      };
    },
  },
  variations: [
    {
      id: 'micro',
      name: { en: `QLoRA, batch ${LARGE} in 4 parts`, zh: `QLoRA，批大小 ${LARGE}，分成 4 份` },
      ask: { en: `QLoRA with a batch of ${LARGE}, in four micro-batches?`, zh: `QLoRA，批大小 ${LARGE}，分成四个微批次？` },
      patch: { ...QLORA, training: { batch_size: LARGE, micro_batches: 4 } },
    },
    {
      id: 'last',
      name: { en: `last layer, batch ${LARGE}`, zh: `最后一层，批大小 ${LARGE}` },
      ask: { en: `Only the last layer, with a batch of ${LARGE}?`, zh: `只训练最后一层，批大小 ${LARGE}？` },
      patch: larger({ fine_tuning: { method: 'last_layers', last_layers: { layers: 1 } }, training: { learning_rate: 0.001 } }),
    },
    {
      id: 'full-16',
      name: { en: `full, batch ${LARGE}`, zh: `全参数，批大小 ${LARGE}` },
      ask: { en: `Full fine-tuning with a batch of ${LARGE}, too: what does QLoRA still save?`, zh: `全参数微调的批大小也取 ${LARGE}，QLoRA 还能省下多少？` },
      patch: larger(TRAINS_ALL),
    },
  ],
  compared: ['peak_memory', 'memory.parameters', 'memory.gradients', 'memory.optimizer', 'memory.activations', 'memory.data', 'step_time'],
  check: {
    ask: {
      en: 'A model of seven billion parameters is trained with QLoRA. The base takes 4 GB, the activations of a batch of 8 take 40 GB, and the machine has 24 GB. What makes it fit without changing what is learned in a step?',
      zh: '用 QLoRA 训练七十亿参数的模型：基座占 4 GB，批大小为 8 时激活值占 40 GB，机器有 24 GB。怎样才放得下，又不改变每一步学到的东西？',
    },
    options: [
      {
        text: { en: 'A base in two bits.', zh: '把基座改成两位。' },
        right: false,
        because: { en: 'That saves 2 GB of 44, and rounds the weights more coarsely.', zh: '44 GB 中只省下 2 GB，权重的舍入还更粗。' },
      },
      {
        text: { en: 'A rank of 1.', zh: '把秩降到 1。' },
        right: false,
        because: {
          en: 'The pairs are small anyway, and so are their gradients and moments. Activations do not depend on the rank, but what can be learned does.',
          zh: 'B、A 及其梯度和优化器状态本来就小。激活值几乎与秩无关，能学到的东西却与秩有关。',
        },
      },
      {
        text: { en: 'Four micro-batches of 2.', zh: '分成四个微批次，每个含 2 条序列。' },
        right: true,
        because: {
          en: 'Only the activations of two sequences are there at a time, 10 GB, and the sum of the four gradients is that of the batch of 8.',
          zh: '同一时间只有两条序列的激活值，即 10 GB；四份梯度之和，就是批大小为 8 的梯度。',
        },
      },
    ],
  },
};
