/** Tensor parallelism: slices of every matrix, and what their sums cost; sequence parallelism. */
import { html } from 'lit';
import { ranksOf } from '../../../engine/spec/patch';
import { quantity } from '../../../shell/figures/quantity';
import { finishedRun, placeOf, type Facts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { Outcome } from '../../../shell/lesson/prediction/question';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import type { RunView } from '../../../shell/store/run-view';
import '../diagrams/slices-diagram';
import { small } from './base';
import { coresNote } from './cores';
import { slicedProduct } from './formulas';
import { barOf, messagesSent, metricOf, peakOf, stepTime, tell } from './measured';

const STAGES: LessonRun = { id: 'pipeline', name: { en: 'pipeline', zh: '流水线' }, patch: { mesh: { pipeline: 2 } } };
const SLICES: LessonRun = { id: 'tensor', name: { en: 'tensor', zh: '张量' }, patch: { mesh: { tensor: 2 } } };
const ROWS: Lesson['variations'][number] = {
  id: 'sequence',
  name: { en: 'tensor and sequence', zh: '张量与序列' },
  ask: { en: 'Sequence parallel: the rows shared out as well?', zh: '序列并行：沿序列维也切分？' },
  patch: { mesh: { tensor: 2, sequence_parallel: true } },
};
const REPLICAS: Lesson['variations'][number] = {
  id: 'data',
  name: { en: 'replicas', zh: '数据并行' },
  ask: { en: 'Two replicas instead, which only sum gradients?', zh: '改用两个副本，只对梯度求和？' },
  patch: { mesh: { data: 2 } },
};

function times(view: ExperimentView): Outcome | null {
  const [stages, slices] = [finishedRun(view, STAGES), finishedRun(view, SLICES)];
  const [few, many] = [stages && metricOf(stages, 'bytes_sent'), slices && metricOf(slices, 'bytes_sent')];
  return few && many && slices!.spec.model.n_layers === 6 ? { value: many.value / few.value, spread: null } : null;
}

/** The numbers that both languages speak of. */
function numbers(facts: Facts) {
  const { view, words, format } = facts;
  const [stages, slices, rows, replicas] = [STAGES, SLICES, ROWS, REPLICAS].map((run) => finishedRun(view, run));
  if (!stages || !slices) return null;
  const sent = [metricOf(stages, 'bytes_sent'), metricOf(slices, 'bytes_sent')];
  const took = [stepTime(view, stages), stepTime(view, slices)];
  if (!sent[0] || !sent[1] || !took[0] || !took[1]) return null;
  const { spec } = slices;
  const activations = (run: RunView) => quantity(run.name, 'rank_0_activations', peakOf(run, 0, 'activations'), format.size(peakOf(run, 0, 'activations')));
  const gradients = replicas && metricOf(replicas, 'bytes_sent');
  const shared = rows && metricOf(rows, 'bytes_sent');
  return {
    ranks: ranksOf(spec),
    layers: spec.model.n_layers,
    sums: 4 * spec.model.n_layers,
    hidden: format.size(4 * spec.training.batch_size * spec.data.context * spec.model.d_model),
    sent: [tell(words, sent[0]), tell(words, sent[1])],
    times: format.short(sent[1].value / sent[0].value),
    messages: [format.count(messagesSent(stages, 0)), format.count(messagesSent(slices, 0))],
    took: [tell(words, took[0]), tell(words, took[1])],
    modelled: took[0].modelled,
    rows: rows && shared && {
      activations: [activations(slices), activations(rows)],
      fewer: peakOf(rows, 0, 'activations') < peakOf(slices, 0, 'activations'),
      alike: Math.abs(shared.value / sent[1].value - 1) < 0.05,
      sent: tell(words, shared),
    },
    replicas: gradients && { sent: tell(words, gradients), less: gradients.value < sent[1].value },
  };
}

export const tensorParallel: Lesson = {
  id: 'tensor-parallel',
  section: '15.4',
  minutes: 6,
  title: { en: 'Tensor parallel', zh: '张量并行' },
  question: { en: 'What does it cost to cut every matrix in two?', zh: '把每个矩阵都切成两半，代价是什么？' },
  stakes: {
    en: html`Sliced matrices leave no <tinyai-term name="process">rank</tinyai-term> waiting for another <tinyai-term name="stage">stage</tinyai-term>. That is why the largest models use them, but only inside one machine.`,
    zh: html`把矩阵切开，每个<tinyai-term name="process">进程（rank）</tinyai-term>就不必等待别的<tinyai-term name="stage">阶段</tinyai-term>。最大的模型都这样做，但只在一台机器之内。`,
  },
  base: small({}),
  runs: [STAGES, SLICES],
  controls: ['training.batch_size', 'data.context', 'model.n_layers', 'model.d_model', 'training.steps'],
  diagram: () => html`<tinyai-slices-diagram></tinyai-slices-diagram>`,
  predict: {
    kind: 'number',
    ask: {
      en: html`Cut between layers, a model of six layers needs one message <tinyai-term name="forward">forward</tinyai-term> and one <tinyai-term name="backward">back</tinyai-term>. Cut through every matrix, with two ranks again: by what factor do the bytes that are sent in a step grow?`,
      zh: html`一个六层的模型，在层与层之间切开，<tinyai-term name="forward">前向</tinyai-term>和<tinyai-term name="backward">反向</tinyai-term>各传一次消息。如果改为切开每个矩阵，同样用两个进程，每步发送的字节是前者的多少倍？`,
    },
    unit: 'times',
    scale: { from: 1, to: 200, step: 1, logarithmic: true },
    outcome: times,
    bar: (value, view) => {
      const [stages, run] = [finishedRun(view, STAGES), placeOf(view, SLICES)];
      const sent = stages && metricOf(stages, 'bytes_sent');
      return sent && run !== null ? { run, value: value * sent.value } : null;
    },
  },
  hero: {
    kind: 'bars',
    title: { en: 'Sent in a step', zh: '每步发送的字节' },
    caption: { en: 'By all ranks together.', zh: '所有进程合计。' },
    unit: 'bytes',
    bar: (run, view) => barOf(metricOf(view.runs[run]!, 'bytes_sent')),
  },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`The two ranks of the pipeline sent ${n.sent[0]} in a step, the two slices ${n.sent[1]}: ${n.times} times as much. Rank 0 of the slices sent
          ${n.messages[1]} messages, that of the pipeline ${n.messages[0]}.`,
        why: html`The first matrix of each half of a layer is cut by columns, the second by rows, so that each rank can go through both without asking the other:
          ${slicedProduct}. What is left is the sum. It comes twice in a layer, after attention and after feed-forward, and twice again in its backward: ${n.sums} times in
          ${n.layers} layers, ${n.hidden} each time, and a few more at embedding and head. A pipeline hands the same ${n.hidden} over once each way.`,
        change: html`The sums grow with batch, context and depth.
          ${n.rows
            ? html`Sharing out the rows between the sums as well sent ${n.rows.sent}, ${n.rows.alike ? 'as much as without' : 'which is not the same'}, and brought the activations of rank 0
              from ${n.rows.activations[0]} to ${n.rows.activations[1]}.`
            : html`Sequence parallelism also shares out what lies between them, for the same bytes: try it below.`}
          ${n.replicas
            ? html`Replicas sent ${n.replicas.sent}, ${n.replicas.less ? 'less' : 'more'} than the slices here; theirs grows with the model, and not with the batch.`
            : ''}`,
        misleads: html`${coresNote.en(facts.view)}A step took ${n.took[0]} in the pipeline (in one piece, so half of it is bubble) and ${n.took[1]} in
          slices${n.modelled ? ', modelled' : ''}. Here a message is a copy in memory. Between machines it takes many times longer, and every one of the ${n.sums} sums is waited for:
          so tensor parallelism stays inside a machine with fast links, and pipelines cross the network.`,
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`流水线的两个进程每步发送 ${n.sent[0]}，两个切片则发送 ${n.sent[1]}，是前者的 ${n.times} 倍。0 号进程发送的消息，切片时为 ${n.messages[1]} 条，流水线为
          ${n.messages[0]} 条。`,
        why: html`每层的前后两半中，第一个矩阵按列切，第二个按行切，每个进程可以连做两次乘法而不必问对方：${slicedProduct}。剩下的就是求和。每层两次，在注意力之后和前馈之后；反向再各一次：${n.layers} 层共 ${n.sums} 次，每次 ${n.hidden}，嵌入层和输出层还要再加几次。流水线只在前向和反向各传一次同样的 ${n.hidden}。`,
        change: html`求和的字节数随批大小、上下文长度和层数增长。${n.rows
            ? html`沿序列维也切分后，发送 ${n.rows.sent}，${n.rows.alike ? '与之前一样多' : '与之前不同'}；0 号进程的激活值从 ${n.rows.activations[0]} 变为
              ${n.rows.activations[1]}。`
            : html`序列并行把两次求和之间的部分也分摊开，字节数不变，可以在下面试一试。`}${n.replicas
            ? html`两个副本发送 ${n.replicas.sent}，这里比切片${n.replicas.less ? '少' : '多'}；副本发送的量随模型增长，与批大小无关。`
            : ''}`,
        misleads: html`${coresNote.zh(facts.view)}流水线每步用时 ${n.took[0]}（整批一次通过，其中一半是气泡），切片${n.modelled ? '（模型推算）' : ''}为
          ${n.took[1]}。这里的消息只是内存中的一次复制；在机器之间，它要慢得多，而 ${n.sums} 次求和每次都要等。所以张量并行只用在连接很快的一台机器之内，跨网络则用流水线。`,
      };
    },
  },
  variations: [ROWS, { id: 'four', name: { en: '4 slices', zh: '4 个切片' }, ask: { en: 'And with four slices?', zh: '切成四份呢？' }, patch: { mesh: { tensor: 4 } } }, REPLICAS],
  compared: ['bytes_sent', 'peak_memory', 'total_memory', 'step_time', 'validation_loss'],
  check: {
    ask: {
      en: 'Sixteen devices: two machines of eight, fast links inside, a slow network between. Where do the slices go?',
      zh: '16 台设备：两台机器各 8 台，机器内连接很快，机器之间网络很慢。张量切片应该怎么放？',
    },
    options: [
      {
        text: { en: 'Sixteen slices over both machines: the smallest memory for each.', zh: '16 个切片跨两台机器：每台设备内存最少。' },
        right: false,
        because: {
          en: 'Then every sum of every layer crosses the slow network, four times in each layer, and everyone waits for it.',
          zh: '这样每一层的四次求和都要经过慢速网络，所有设备都要等。',
        },
      },
      {
        text: { en: 'Eight slices inside each machine, and two pipeline stages between them.', zh: '每台机器内 8 个切片，两台机器之间分成两个流水线阶段。' },
        right: true,
        because: { en: 'The many sums use the fast links; what crosses the network is one message per micro-batch and direction.', zh: '大量的求和走快速连接；跨网络的，只有每个微批次来回各一条消息。' },
      },
      {
        text: { en: 'It does not matter: the bytes are the same.', zh: '无所谓，字节数都一样。' },
        right: false,
        because: { en: 'What counts is which link they take, and how often somebody waits for them.', zh: '关键在于消息走哪条连接，以及要等多少次。' },
      },
    ],
  },
};
