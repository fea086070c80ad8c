/** ZeRO: replicas that share out what all of them would hold. */
import { html } from 'lit';
import { quantity } from '../../../shell/figures/quantity';
import { slices } from '../../../shell/figures/memory-slices';
import { finishedRun, placeOf, type Facts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { Outcome } from '../../../shell/lesson/prediction/question';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import type { RunView } from '../../../shell/store/run-view';
import '../diagrams/shares-diagram';
import { small } from './base';
import { coresNote } from './cores';
import { metricOf, peakOf, tell } from './measured';

const PLAIN: LessonRun = { id: 'none', name: { en: 'no ZeRO', zh: '不用 ZeRO' }, patch: { mesh: { zero: 'none' } } };
const WEIGHTS: LessonRun = { id: 'stage-3', name: { en: 'ZeRO stage 3', zh: 'ZeRO 第 3 级' }, patch: { mesh: { zero: 'parameters' } } };
const STATE: Lesson['variations'][number] = {
  id: 'stage-1',
  name: { en: 'ZeRO stage 1', zh: 'ZeRO 第 1 级' },
  ask: { en: 'Stage 1: only the optimizer’s state shared out?', zh: '第 1 级：只分摊优化器状态？' },
  patch: { mesh: { zero: 'optimizer' } },
};
const GRADIENTS: Lesson['variations'][number] = {
  id: 'stage-2',
  name: { en: 'ZeRO stage 2', zh: 'ZeRO 第 2 级' },
  ask: { en: 'Stage 2: gradients shared out, too?', zh: '第 2 级：梯度也分摊？' },
  patch: { mesh: { zero: 'gradients' } },
};

function share(view: ExperimentView): Outcome | null {
  const [plain, weights] = [finishedRun(view, PLAIN), finishedRun(view, WEIGHTS)];
  if (!plain || !weights || weights.spec.mesh.data !== 4) return null;
  return peakOf(plain, 0) > 0 ? { value: (100 * peakOf(weights, 0)) / peakOf(plain, 0), spread: null } : null;
}

/** What a rank holds of the model at its peak, in bytes: what ZeRO shares out. */
const learning = ({ ranks }: RunView): number => ['parameters', 'gradients', 'optimizer'].reduce((sum, category) => sum + (ranks[0]?.memory[category]?.at_peak_bytes ?? 0), 0);

/** The numbers that both languages speak of. */
function numbers(facts: Facts) {
  const { view, words, format } = facts;
  const [plain, weights, state, gradients] = [PLAIN, WEIGHTS, STATE, GRADIENTS].map((run) => finishedRun(view, run));
  if (!plain || !weights) return null;
  const [few, many] = [metricOf(plain, 'bytes_sent'), metricOf(weights, 'bytes_sent')];
  if (!few || !many || few.value === 0) return null;
  const total = (run: RunView) => quantity(run.name, 'rank_0_memory', peakOf(run, 0), format.size(peakOf(run, 0)));
  const middle = [state, gradients].flatMap((run, i) => {
    const sent = run && metricOf(run, 'bytes_sent');
    return sent ? [{ stage: i + 1, ratio: sent.value / few.value }] : [];
  });
  return {
    replicas: weights.spec.mesh.data,
    totals: [total(plain), total(weights)],
    percent: format.wholePercent(peakOf(weights, 0) / peakOf(plain, 0)),
    nth: format.wholePercent(1 / weights.spec.mesh.data),
    above: peakOf(weights, 0) / peakOf(plain, 0) > 1.1 / weights.spec.mesh.data,
    model: [format.size(learning(plain)), format.size(learning(weights))],
    rest: format.size(peakOf(weights, 0) - learning(weights)),
    activations: format.size(weights.ranks[0]?.memory['activations']?.at_peak_bytes ?? 0),
    alike: Math.abs((metricOf(plain, 'validation_loss')?.value ?? 0) - (metricOf(weights, 'validation_loss')?.value ?? 0)) < 0.005,
    losses: [facts.run('none')!.tell('validation_loss'), facts.run('stage-3')!.tell('validation_loss')],
    sent: [tell(words, few), tell(words, many)],
    ratio: format.short(many.value / few.value),
    /** Stages in between that were tried. */
    middle: middle.map(({ stage }) => stage),
    free: middle.every(({ ratio }) => Math.abs(ratio - 1) < 0.05),
    ratios: middle.map(({ ratio }) => format.short(ratio)),
  };
}

export const zero: Lesson = {
  id: 'zero',
  section: '15.4',
  minutes: 6,
  title: { en: 'ZeRO', zh: 'ZeRO' },
  question: { en: 'Must every replica hold everything?', zh: '每个副本都要持有全部内容吗？' },
  stakes: {
    en: html`With <tinyai-term name="adamw">AdamW</tinyai-term> in float32, a parameter takes 16 bytes in training, and plain <tinyai-term name="replica">replicas</tinyai-term> hold every one of them over and over.`,
    zh: html`用 <tinyai-term name="adamw">AdamW</tinyai-term> 和 float32 训练，每个参数要占 16 字节；普通的数据并行让每个<tinyai-term name="process">进程（rank）</tinyai-term>都重复持有一整份。`,
  },
  base: small({ mesh: { data: 4 } }),
  runs: [PLAIN, WEIGHTS],
  controls: ['mesh.data', 'training.batch_size', 'data.context', 'model.d_model', 'training.steps'],
  diagram: () => html`<tinyai-shares-diagram></tinyai-shares-diagram>`,
  predict: {
    kind: 'number',
    ask: {
      en: html`Stage 3 of <tinyai-term name="zero">ZeRO</tinyai-term> shares out weights, gradients and optimizer state among four replicas. How much memory does a replica need, compared with no sharing?`,
      zh: html`<tinyai-term name="zero">ZeRO</tinyai-term> 第 3 级在四个<tinyai-term name="replica">副本</tinyai-term>之间分摊权重、梯度和优化器状态。与不分摊相比，每个副本需要多少内存？`,
    },
    unit: 'percent',
    scale: { from: 1, to: 100, step: 1 },
    ends: { en: ['1% of it', 'just as much'], zh: ['只要 1%', '一样多'] },
    outcome: share,
    bar: (value, view) => {
      const [plain, run] = [finishedRun(view, PLAIN), placeOf(view, WEIGHTS)];
      return plain && run !== null ? { run, value: (peakOf(plain, 0) * value) / 100 } : null;
    },
  },
  hero: {
    kind: 'bars',
    title: { en: 'Memory of a replica', zh: '一个副本的内存' },
    caption: { en: 'What rank 0 held when it held most.', zh: '0 号进程占用最多时，内存用在哪里。' },
    unit: 'bytes',
    bar: (run, view) => {
      const memory = view.runs[run]!.ranks[0]?.memory;
      return memory?.['total'] ? { value: memory['total'].peak_bytes, parts: slices(memory).map(({ category, bytes }) => ({ kind: category, value: bytes })), quantity: 'rank_0_memory' } : null;
    },
  },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`With stage 3, rank 0 needed ${n.totals[1]} at its peak, without ZeRO ${n.totals[0]}: ${n.percent}${n.above ? html`, not the ${n.nth} of a fair share` : ''}.
          ${n.alike ? 'What it learned is the same' : 'What it learned is not quite the same here'}: the validation losses are ${n.losses[1]} and ${n.losses[0]}.`,
        why: html`Weights, gradients and the two numbers of AdamW went from ${n.model[0]} to ${n.model[1]} at the peak. A rank keeps its share, and gathers the weights of a segment only
          while it works on it. But ${n.rest} are not shared out: activations of the rank’s own sequences (${n.activations}), the training text, and buffers for messages.`,
        change: html`${n.middle.length > 0
            ? n.free
              ? html`${n.middle.length > 1 ? 'Stages' : 'Stage'} ${n.middle.join(' and ')} sent as many bytes as plain replicas: an all-reduce only becomes a reduce-scatter and an all-gather, which are the
                  halves of it.`
              : html`${n.middle.length > 1 ? 'Stages' : 'Stage'} ${n.middle.join(' and ')} sent ${n.ratios.join(' and ')} times as many bytes as plain replicas, where the two halves of an all-reduce would be as many.`
            : html`The earlier stages cost no more messages than plain replicas, since an all-reduce is a reduce-scatter and an all-gather: try them below.`}
          Stage 3 sent ${n.sent[1]} instead of ${n.sent[0]}, ${n.ratio} times, because the weights are gathered for the forward and again for the backward. More replicas make each
          share smaller.`,
        misleads: html`Bytes are counted and do not depend on cores. In a model of seven billion parameters, 16 bytes for each are over 100 GB, and all else is small beside it: there
          the share comes close to ${n.nth}. ${coresNote.en(facts.view)}`,
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`用第 3 级，0 号进程的内存峰值是 ${n.totals[1]}，不用 ZeRO 是 ${n.totals[0]}，前者是后者的 ${n.percent}${n.above ? html`，而不是平分的 ${n.nth}` : ''}。学到的东西${n.alike ? '没有变' : '这里略有不同'}：验证损失分别为 ${n.losses[1]} 和 ${n.losses[0]}。`,
        why: html`峰值时，权重、梯度和 AdamW 的两个状态合计从 ${n.model[0]} 变为 ${n.model[1]}。每个进程只保留自己那一份，要计算某一段时才收集那一段的权重。但有 ${n.rest} 并未分摊：自己那些序列的激活值（${n.activations}）、训练文本，以及消息的缓冲区。`,
        change: html`${n.middle.length > 0
            ? n.free
              ? html`第 ${n.middle.join('、')} 级发送的字节与普通数据并行一样多：all-reduce（全规约）只是换成了规约分散和全收集，两者合起来正好是它。`
              : html`第 ${n.middle.join('、')} 级发送的字节是普通数据并行的 ${n.ratios.join('、')} 倍，而 all-reduce（全规约）的两半合起来本应一样多。`
            : html`前两级不增加通信，因为 all-reduce（全规约）正好等于规约分散加全收集，可以在下面试一试。`}第 3 级发送 ${n.sent[1]}，而不是
          ${n.sent[0]}，是 ${n.ratio} 倍，因为前向和反向都要收集权重。副本越多，每份越小。`,
        misleads: html`字节是逐个计数的，与核心数无关。七十亿参数的模型，每个参数 16 字节，共要一百多 GB，其余部分相比之下很小，比例就会接近 ${n.nth}。${coresNote.zh(facts.view)}`,
      };
    },
  },
  variations: [
    STATE,
    GRADIENTS,
    {
      id: 'stage-3-two',
      name: { en: 'ZeRO stage 3 over 2', zh: 'ZeRO 第 3 级，2 个副本' },
      ask: { en: 'Stage 3 over two replicas only?', zh: '第 3 级，只有两个副本？' },
      patch: { mesh: { data: 2, zero: 'parameters' } },
    },
  ],
  compared: ['peak_memory', 'total_memory', 'bytes_sent', 'step_time', 'validation_loss'],
  check: {
    ask: {
      en: 'Weights take 4 bytes a parameter, gradients 4, AdamW’s state 8. What does stage 1 leave on each of 8 replicas?',
      zh: '每个参数的权重占 4 字节，梯度 4 字节，AdamW 状态 8 字节。用第 1 级，8 个副本各还要多少？',
    },
    options: [
      {
        text: { en: '2 bytes a parameter', zh: '每个参数 2 字节' },
        right: false,
        because: { en: 'That is 16 / 8, what stage 3 comes to. Stage 1 shares out the state only.', zh: '16 / 8 = 2 是第 3 级的结果。第 1 级只分摊状态。' },
      },
      {
        text: { en: '9 bytes a parameter', zh: '每个参数 9 字节' },
        right: true,
        because: { en: '4 + 4 stay whole, and of the 8 bytes of state each holds an eighth: 4 + 4 + 1.', zh: '4 + 4 仍是完整的，8 字节状态每个副本只持有八分之一：4 + 4 + 1。' },
      },
      {
        text: { en: '16 bytes a parameter', zh: '每个参数 16 字节' },
        right: false,
        because: { en: 'That is plain data parallelism, where every replica holds everything.', zh: '那是普通的数据并行，每个副本都持有全部。' },
      },
    ],
  },
};
