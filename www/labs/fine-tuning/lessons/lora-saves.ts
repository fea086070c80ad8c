/** What LoRA saves: parameters that learn, their gradients and the optimizer's state; not weights, few activations, and little time. */
import { html } from 'lit';
import '../../../shell/lesson/glossary/term';
import { slices } from '../../../shell/figures/memory-slices';
import { finishedRun, noiseAmong, placeOf, type Facts, type RunFacts } from '../../../shell/lesson/facts';
import type { Claim, Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { Outcome } from '../../../shell/lesson/prediction/question';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import '../diagrams/lora-diagram';
import { hashOf } from '../../../shell/lesson/place';
import { firstStep, LR, oneIn, pair } from './base';

/** Of the lesson's pairs. */
const RANK = 4;

/** A share of the gain that is almost nothing. */
const ALMOST_NONE = 0.1;

const FOUR_BITS = hashOf({ lesson: 'quantised-base', experiment: '' });

const FULL: LessonRun = { id: 'full', name: { en: 'full', zh: '全参数' }, patch: { training: { learning_rate: LR.full } } };
const LORA: LessonRun = { id: 'lora', name: { en: 'LoRA', zh: 'LoRA' }, patch: { fine_tuning: { method: 'lora' } } };

/** So that LoRA with a larger batch stands beside its like. */
const FULL_16: LessonRun = { id: 'full-16', name: { en: 'full, batch 16', zh: '全参数，批大小 16' }, patch: { training: { batch_size: 16, learning_rate: LR.full } } };

const peak = (view: ExperimentView, run: LessonRun): number | null => finishedRun(view, run)?.memory['total']?.peak_bytes ?? null;

/** Peak memory of LoRA in percent of that of full fine-tuning. */
function share(view: ExperimentView): Outcome | null {
  const [full, lora] = [peak(view, FULL), peak(view, LORA)];
  return full && lora ? { value: (100 * lora) / full, spread: null } : null;
}

/** The numbers that both languages speak of. */
function numbers(facts: Facts) {
  const [full, lora] = [facts.run('full'), facts.run('lora')];
  if (!full || !lora || full.peak === null || lora.peak === null) return null;
  const { size, wholePercent, percent, count, lossGap } = facts.format;
  const [trained, all] = [lora.metric('trainable_parameters'), full.metric('trainable_parameters')];
  const [slow, fast] = [full.metric('step_time'), lora.metric('step_time')];
  const [reached, missed] = [full.metric('validation_loss'), lora.metric('validation_loss')];
  if (!trained || !all || !slow || !fast || reached === null || missed === null) return null;
  const noise = noiseAmong([full.view, lora.view]);
  const ended = missed - reached > noise ? ('worse' as const) : reached - missed > noise ? ('better' as const) : ('alike' as const);
  /** What of the gain of full fine-tuning LoRA lacks; null where there was no gain. */
  const before = full.metric('base_validation_loss');
  const lacks = ended === 'worse' && before !== null && before > reached ? (missed - reached) / (before - reached) : null;
  const [fewer, asGood] = [1 - trained / all > 0.99, ended !== 'worse' || (lacks !== null && lacks <= ALMOST_NONE)];
  return {
    one: count(all / trained),
    trained: lora.tell('trainable_parameters'),
    all: full.tell('trainable_parameters'),
    percent: wholePercent(lora.peak / full.peak),
    learning: [size(full.memory('gradients') + full.memory('optimizer')), size(lora.memory('gradients') + lora.memory('optimizer'))],
    stays: size(lora.memory('parameters') + lora.memory('activations')),
    activations: size(lora.memory('activations')),
    time: wholePercent(fast / slow),
    losses: [full.tell('validation_loss'), lora.tell('validation_loss')],
    ended,
    fewer: percent(1 - trained / all),
    lacks: lacks === null ? null : wholePercent(lacks),
    half: fewer === asGood ? null : fewer ? ('number' as const) : ('quality' as const),
    claimed: (fewer && asGood ? 'holds' : fewer || asGood ? 'partly' : 'fails') as Claim['verdict'],
    gap: lossGap(missed, reached),
    ...varied(facts, lora),
  };
}

/** What the variations measured; each is null until it has run. */
function varied(facts: Facts, lora: RunFacts) {
  const { wholePercent, size, plain, times } = facts.format;
  const [high, few, large, largeFull] = ['rank-64', 'q-v', 'batch-16', 'full-16'].map((id) => facts.run(id));
  const ran = (run: RunFacts | null | undefined): run is RunFacts => !!run && run.peak !== null && run.metric('validation_loss') !== null;
  const loss = (run: RunFacts): number => run.metric('validation_loss')!;
  const loraOf = ({ view }: RunFacts) => view.spec.fine_tuning.lora;
  const told = (run: RunFacts) => ({ trained: run.tell('trainable_parameters'), peak: run.tell('peak_memory'), loss: run.tell('validation_loss') });
  return {
    high: ran(high)
      ? { ...told(high), rank: plain(loraOf(high).rank), worse: loss(high) - loss(lora) > noiseAmong([high.view, lora.view]), further: times(firstStep(loraOf(high)) / firstStep(loraOf(lora))) }
      : null,
    few: ran(few) ? { ...told(few), activations: size(few.memory('activations')) } : null,
    large: ran(large) && ran(largeFull) ? { peaks: [largeFull.tell('peak_memory'), large.tell('peak_memory')], batch: plain(large.view.spec.training.batch_size), percent: wholePercent(large.peak! / largeFull.peak!) } : null,
  };
}

export const loraSaves: Lesson = {
  id: 'lora-saves',
  section: '15.1',
  minutes: 5,
  title: { en: 'What LoRA saves', zh: 'LoRA 省下什么' },
  question: { en: 'What does LoRA save, and what not?', zh: 'LoRA 省下了什么，又没有省下什么？' },
  stakes: {
    en: html`<tinyai-term name="lora">LoRA</tinyai-term> is said to let a large model learn on a small machine. Whether it does depends on which part of the memory was the problem.`,
    zh: html`据说有了 <tinyai-term name="lora">LoRA</tinyai-term>，小机器也能微调大模型。是否真的如此，要看内存究竟用在哪里。`,
  },
  base: (language) =>
    pair(language, {
      fine_tuning: { lora: { rank: RANK, alpha: 2 * RANK } },
      training: { steps: 120, batch_size: 4, learning_rate: LR.lora },
      evaluation: { every: 20, tokens: 1024, sample_tokens: 48 },
    }),
  runs: [FULL, LORA],
  controls: ['fine_tuning.lora.rank', 'fine_tuning.lora.target_modules', 'training.batch_size', 'data.context', 'training.steps'],
  diagram: () => html`<tinyai-lora-diagram></tinyai-lora-diagram>`,
  predict: {
    kind: 'number',
    ask: {
      en: (of) => html`With <tinyai-term name="rank">rank</tinyai-term> ${RANK}, LoRA trains about one in ${oneIn(RANK, of)} of the parameters of the whole model. How much memory does its training need, compared with <tinyai-term name="full-fine-tuning">full fine-tuning</tinyai-term>?`,
      zh: (of) => html`<tinyai-term name="rank">秩</tinyai-term>为 ${RANK} 时，LoRA 训练的参数约为整个模型的 1/${oneIn(RANK, of)}。与<tinyai-term name="full-fine-tuning">全参数微调</tinyai-term>相比，它训练时需要多少内存？`,
    },
    unit: 'percent',
    scale: { from: 1, to: 100, step: 1 },
    ends: { en: ['1% of it', 'just as much'], zh: ['只要 1%', '一样多'] },
    outcome: share,
    bar: (value, view) => {
      const [full, run] = [peak(view, FULL), placeOf(view, LORA)];
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
        happened: html`LoRA trained ${n.trained} parameters instead of ${n.all}, one in ${n.one}. Its memory fell only to ${n.percent} of that of full fine-tuning, and
          a step still took ${n.time} of the time. It ended at a <tinyai-term name="validation-loss">validation loss</tinyai-term> of ${n.losses[1]}; full fine-tuning ended at ${n.losses[0]}${{
            worse: `: in these steps, what is saved costs ${n.gap} nats`,
            better: `: here, saving cost nothing, and even gained ${n.gap} nats`,
            alike: ': no difference beyond the noise, so saving cost nothing here',
          }[n.ended]}.`,
        why: html`A parameter that learns needs a <tinyai-term name="gradient">gradient</tinyai-term> and, with <tinyai-term name="adamw">AdamW</tinyai-term>, two more numbers of the same size. For the <tinyai-term name="frozen">frozen</tinyai-term> weights all three are gone: gradients and
          <tinyai-term name="optimizer-state">optimizer state</tinyai-term> together shrank from ${n.learning[0]} to ${n.learning[1]}. But the weights themselves must still be there, and so must most <tinyai-term name="activation">activations</tinyai-term>: the
          gradient has to pass through the frozen layers to reach the pairs B·A below, and each pair needs the input of its layer. These weights and activations, ${n.stays} together, stay.`,
        change: html`A larger batch or a longer context makes activations grow, and with pairs everywhere LoRA keeps nearly all of them, so that its share rises${n.large
            ? html`: with a batch of ${n.large.batch}, full fine-tuning held ${n.large.peaks[0]} and LoRA ${n.large.peaks[1]}, ${n.large.percent} of it`
            : ''}. A lower rank saves little more; a much higher one costs what it trains${n.high
            ? html`: with rank ${n.high.rank}, LoRA trained ${n.high.trained} parameters and held ${n.high.peak}${n.high.worse
                ? html`. It ended higher, at ${n.high.loss}, though not for lack of parameters: with the same α/r its first step moves a weight ${n.high.further} times as far, too far at this learning rate`
                : ''}`
            : ''}. Fewer <tinyai-term name="target-modules">target modules</tinyai-term> save some, since a frozen layer without a pair need not keep its input${n.few
            ? html`: with queries and values alone, activations fell from ${n.activations} to ${n.few.activations}, at a loss of ${n.few.loss}`
            : ''}. What remains is for other techniques: <tinyai-term name="checkpointing">gradient checkpointing</tinyai-term> for activations (15.3), <a href=${FOUR_BITS}>fewer bits</a> for the frozen weights.`,
        misleads: html`This model has two million parameters, so activations (${n.activations}) are a large part. In a model of seven billion, weights, gradients and optimizer take over
          100 GB, and LoRA saves about three quarters of that. And float32 everywhere: in practice frozen weights are held in 16 bits or fewer.`,
        claims: [
          {
            says: 'LoRA trains over 99% fewer parameters, with almost no loss of quality.',
            measured: html`Here it trained ${n.fewer} fewer, and ended ${{ worse: `${n.gap} nats higher`, better: `${n.gap} nats lower`, alike: 'no higher beyond the noise' }[n.ended]}${n.lacks === null ? '' : `, which is ${n.lacks} of what full fine-tuning gained`}${n.half === null ? '' : n.half === 'quality' ? ': the quality is as claimed, the number is not' : ': the number is as claimed, the quality is not'}. The share falls with the width of the matrices: with rank 8 they must be wider than 1,600 for 99%.`,
            verdict: n.claimed,
          },
        ],
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`LoRA 训练了 ${n.trained} 个参数，全参数微调则是 ${n.all} 个，后者约为前者的 ${n.one} 倍。但内存只降到全参数微调的 ${n.percent}，每一步的时间也还有它的 ${n.time}。最终的<tinyai-term name="validation-loss">验证损失</tinyai-term>，LoRA 为 ${n.losses[1]}，全参数微调为 ${n.losses[0]}${{
            worse: `：训练这么多步，省下内存的代价是 ${n.gap} nat`,
            better: `：在这里，省下内存没有代价，反而低 ${n.gap} nat`,
            alike: '：差别没有超出噪声，省下内存在这里没有代价',
          }[n.ended]}。`,
        why: html`每个参与学习的参数都要配一个<tinyai-term name="gradient">梯度</tinyai-term>；用 <tinyai-term name="adamw">AdamW</tinyai-term> 时，还要再配两个同样大小的数。权重一旦<tinyai-term name="frozen">冻结</tinyai-term>，这三个数都不再需要：梯度与<tinyai-term name="optimizer-state">优化器状态</tinyai-term>合计从
          ${n.learning[0]} 降到 ${n.learning[1]}。但权重本身仍要在内存里；<tinyai-term name="activation">激活值</tinyai-term>大多也是，因为梯度必须穿过冻结的层，才能到达下面各层的 B、A，而每对 B、A 又要用到所在层的输入。权重和激活值合计 ${n.stays}，仍要占用。`,
        change: html`批大小更大或上下文更长，激活值就会增长，而处处都加的 LoRA 几乎要保留全部激活值，于是它的内存占比会上升${n.large
          ? html`：批大小为 ${n.large.batch} 时，全参数微调占用 ${n.large.peaks[0]}，LoRA 占用 ${n.large.peaks[1]}，是前者的 ${n.large.percent}`
          : ''}。降低秩，能再省的很少；秩高得多，多训练的参数就要占用内存${n.high
          ? html`：秩为 ${n.high.rank} 时，LoRA 训练 ${n.high.trained} 个参数，占用 ${n.high.peak}${n.high.worse
              ? html`。最终的损失反而更高，为 ${n.high.loss}，但并不是参数不够：α/r 不变，第一步就使权重的改变增大到 ${n.high.further} 倍，在这个学习率下走得太远`
              : ''}`
          : ''}。减少<tinyai-term name="target-modules">目标模块</tinyai-term>能省一些，因为冻结而没有 B、A 的层不必保留输入${n.few
          ? html`：只加在查询和值上，激活值从 ${n.activations} 降到 ${n.few.activations}，损失为 ${n.few.loss}`
          : ''}。剩下的要靠别的技术：用<tinyai-term name="checkpointing">梯度检查点</tinyai-term>节省激活值（15.3），用<a href=${FOUR_BITS}>更低的精度</a>存放冻结的权重。`,
        misleads: html`这个模型只有两百万个参数，激活值（${n.activations}）因此占了很大一部分。换成七十亿参数的模型，权重、梯度和优化器状态共要一百多 GB，LoRA 能省下其中约四分之三。另外，这里全部用 float32；实际使用时，冻结的权重通常只用 16 位或更低的精度。`,
        claims: [
          {
            says: 'LoRA 训练的参数减少 99% 以上，质量几乎没有损失。',
            measured: html`这里减少 ${n.fewer}，最终的损失${{ worse: `高 ${n.gap} nat`, better: `低 ${n.gap} nat`, alike: '没有高出噪声' }[n.ended]}${n.lacks === null ? '' : `，相当于全参数微调降幅的 ${n.lacks}`}${n.half === null ? '' : n.half === 'quality' ? '：质量如书中所说，比例则不是' : '：比例如书中所说，质量则不是'}。矩阵越宽，减少的比例越大：秩为 8 时，要宽于 1600 才达到 99%。`,
            verdict: n.claimed,
          },
        ],
      };
    },
  },
  variations: [
    { id: 'rank-64', name: { en: 'LoRA, rank 64', zh: 'LoRA，秩 64' }, ask: { en: 'And with rank 64?', zh: '如果秩是 64 呢？' }, patch: { fine_tuning: { method: 'lora', lora: { rank: 64, alpha: 128 } } } },
    {
      id: 'q-v',
      name: { en: 'LoRA, q and v only', zh: 'LoRA，只用 q、v' },
      ask: { en: 'Only the queries and values of attention?', zh: '只加在注意力的查询和值上？' },
      patch: { fine_tuning: { method: 'lora', lora: { target_modules: ['q_proj', 'v_proj'] } } },
    },
    { id: 'batch-16', name: { en: 'LoRA, batch 16', zh: 'LoRA，批大小 16' }, ask: { en: 'Four times the batch, for both?', zh: '两种方法的批大小都增加到四倍？' }, patch: { fine_tuning: { method: 'lora' }, training: { batch_size: 16 } }, beside: [FULL_16] },
  ],
  compared: ['trainable_parameters', 'peak_memory', 'step_time', 'validation_loss'],
  check: {
    ask: {
      en: 'Training a model needs twice the memory that there is, and nine tenths of what it needs are activations. Will LoRA in every layer make it fit?',
      zh: '训练某个模型，内存差一半：所需的内存中，十分之九是激活值。改用 LoRA，每一层都加，放得下吗？',
    },
    options: [
      {
        text: { en: 'Yes: it trains only a fraction of the parameters.', zh: '放得下，它只训练一小部分参数。' },
        right: false,
        because: {
          en: 'That shrinks gradients and optimizer, which together are less than a tenth here. Half of the memory would have to go.',
          zh: '这样减少的是梯度和优化器状态，而它们在这里合计还不到十分之一，要减掉的却是一半。',
        },
      },
      {
        text: { en: 'No: most of the activations stay.', zh: '放不下，激活值大多还在。' },
        right: true,
        because: {
          en: 'The gradient still has to pass through the layers, and the pairs need their inputs. A smaller batch or checkpointing would help.',
          zh: '梯度仍要穿过各层，B、A 也要用到各层的输入。减小批大小或使用梯度检查点才有帮助。',
        },
      },
      {
        text: { en: 'Yes, if the rank is low enough.', zh: '放得下，只要秩足够低。' },
        right: false,
        because: {
          en: 'The rank decides how large the pairs B·A are. Even with rank 1, each needs the input of its layer, and most activations stay.',
          zh: '秩只决定 B、A 有多大。哪怕秩为 1，每对也要用到所在层的输入，激活值大多还在。',
        },
      },
    ],
  },
};
