/** Schedules with a smaller bubble: interleaved chunks, and the backward split in two. */
import { html } from 'lit';
import { finishedRun, type Facts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { Outcome } from '../../../shell/lesson/prediction/question';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import '../diagrams/chunks-diagram';
import { small } from './base';
import { coresNote } from './cores';
import { idealBubble, interleavedBubble } from './formulas';
import { bubble, outcomeOf, tell } from './measured';

const F1B: LessonRun = { id: '1f1b', name: { en: '1F1B', zh: '1F1B' }, patch: { mesh: { schedule: '1f1b' } } };
const INTERLEAVED: LessonRun = { id: 'interleaved', name: { en: 'interleaved', zh: '交错' }, patch: { mesh: { schedule: 'interleaved_1f1b', chunks_per_stage: 2 } } };
const ZB: LessonRun = { id: 'zb-h1', name: { en: 'ZB-H1', zh: 'ZB-H1' }, patch: { mesh: { schedule: 'zb_h1' } } };
const RUNS = [F1B, INTERLEAVED, ZB] as const;

const MORE: Lesson['variations'][number] = {
  id: '1f1b-8',
  name: { en: '1F1B, 8 micro-batches', zh: '1F1B，8 个微批次' },
  ask: { en: 'Plain 1F1B, and simply twice the micro-batches?', zh: '普通的 1F1B，只把微批次加倍？' },
  patch: { mesh: { schedule: '1f1b' }, training: { micro_batches: 8 } },
};

/** Modelled bubbles nearer than this to each other cannot be told apart: they stand on a few measurements of each rank. */
const UNSURE = 0.03;

function outcome(view: ExperimentView): Record<string, Outcome> | null {
  const found = RUNS.map((run) => {
    const finished = finishedRun(view, run);
    const said = finished && bubble(view, finished);
    if (!said) return null;
    const { value, spread } = outcomeOf(said);
    return [run.id, { value, spread: spread ?? ([value - UNSURE / 2, value + UNSURE / 2] as const) }] as const;
  });
  return found.every((each) => each !== null) ? Object.fromEntries(found) : null;
}

/** The numbers that both languages speak of. */
function numbers(facts: Facts) {
  const { view, words, format } = facts;
  const said = [...RUNS, MORE].map((run) => {
    const finished = finishedRun(view, run);
    const still = finished && bubble(view, finished);
    const planned = finished?.parallel.planned?.timeline.bubble_fraction ?? 0;
    return finished && still ? { value: still.value, text: tell(words, still), planned, plan: format.wholePercent(planned), sent: facts.run(run.id)!.metric('bytes_sent') ?? 0, sentText: facts.run(run.id)!.tell('bytes_sent'), spec: finished.spec } : null;
  });
  const [f1b, interleaved, zb, more = null] = said;
  if (!f1b || !interleaved || !zb) return null;
  return {
    f1b,
    interleaved,
    zb,
    more,
    stages: f1b.spec.mesh.pipeline,
    parts: f1b.spec.training.micro_batches,
    both: interleaved.value < f1b.value && zb.value < f1b.value,
    splitting: zb.value < interleaved.value,
    asPlanned: Math.sign(interleaved.value - zb.value) === Math.sign(interleaved.planned - zb.planned) && interleaved.value < f1b.value && zb.value < f1b.value,
    costs: interleaved.sent > 1.05 * f1b.sent,
  };
}

export const smallerBubble: Lesson = {
  id: 'smaller-bubble',
  section: '15.4',
  minutes: 7,
  title: { en: 'A smaller bubble', zh: '更小的气泡' },
  question: { en: 'Which order of work leaves the fewest gaps?', zh: '哪种计算顺序留下的空隙最少？' },
  stakes: {
    en: html`With four <tinyai-term name="stage">stages</tinyai-term> and four <tinyai-term name="micro-batch">micro-batches</tinyai-term>, <tinyai-term name="process">ranks</tinyai-term> stand still for three sevenths of the time. Two ideas fill these gaps without a larger batch.`,
    zh: html`4 个<tinyai-term name="stage">阶段</tinyai-term>、4 个<tinyai-term name="micro-batch">微批次</tinyai-term>时，每个<tinyai-term name="process">进程（rank）</tinyai-term>有七分之三的时间在空等。有两种办法，不增大批大小也能填补这些空隙。`,
  },
  base: small({ model: { n_layers: 8 }, mesh: { pipeline: 4 }, training: { micro_batches: 4 } }),
  runs: RUNS,
  controls: ['training.micro_batches', 'training.batch_size', 'data.context', 'model.d_model', 'training.steps'],
  diagram: () => html`<tinyai-chunks-diagram></tinyai-chunks-diagram>`,
  predict: {
    kind: 'order',
    ask: {
      en: html`Interleaved: each rank has two shorter chunks instead of one stage. ZB-H1: each <tinyai-term name="backward">backward</tinyai-term> is split, and the gradients of the weights wait for a gap. Put the three in the order of their <tinyai-term name="bubble">bubbles</tinyai-term>.`,
      zh: html`交错：每个进程持有两个较短的模型块，而不是一个阶段。ZB-H1：把<tinyai-term name="backward">反向</tinyai-term>拆成两半，权重的梯度留到有空隙时再算。请按<tinyai-term name="bubble">气泡</tinyai-term>大小排列这三种调度。`,
    },
    ends: { en: ['smallest bubble', 'largest bubble'], zh: ['气泡最小', '气泡最大'] },
    items: RUNS.map(({ id, name }) => ({ id, name })),
    outcome,
  },
  hero: { kind: 'own', figure: 'run-timelines' },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`Plain 1F1B left a bubble of ${n.f1b.text}, interleaving two chunks ${n.interleaved.text}, and ZB-H1 ${n.zb.text}.
          ${n.both
            ? n.splitting
              ? 'Both ideas fill gaps; splitting the backward fills more of them.'
              : 'Both ideas fill gaps; here, interleaving fills more of them.'
            : 'Not both ideas paid here: the messages and the waiting that they add took more time than the gaps they fill.'}
          Were all stages equal and messages free, the plans would leave ${n.f1b.plan}, ${n.interleaved.plan} and ${n.zb.plan}${n.asPlanned ? ', in the same order' : '; the ranks of this machine were not equal enough for that order'}.`,
        why: html`In 1F1B the pipeline fills in turns of a whole stage: ${idealBubble}. With v chunks on each rank it fills in turns of a chunk, each 1/v as long:
          ${interleavedBubble}. ZB-H1 sees that a backward is two jobs. The gradient of the input is what the stage before waits for; that of the weights nobody waits for, so it is
          done where a rank would stand still.`,
        change: html`${n.costs
            ? html`Chunks have a price: interleaved, the ranks sent ${n.interleaved.sentText} in a step instead of ${n.f1b.sentText}, since every micro-batch passes every rank twice.`
            : html`Chunks cost messages: every micro-batch passes every rank twice.`}
          ${n.more
            ? html`Twice the micro-batches in plain 1F1B gave ${n.more.text}${n.more.value < Math.min(n.interleaved.value, n.zb.value)
                ? ', less than either idea'
                : n.more.value < Math.max(n.interleaved.value, n.zb.value)
                  ? ', less than one of the two ideas'
                  : ', more than either idea'}, but makes each of them smaller.`
            : html`More micro-batches help every schedule, as long as the batch is large enough to be cut.`}`,
        misleads: html`${coresNote.en(facts.view)}The formulas count equal stages; here the first rank has the embedding as well, and the last one the head. ZB-H1 gains most where
          input and weight gradients take equally long.`,
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`普通 1F1B 的气泡是 ${n.f1b.text}，两块交错是 ${n.interleaved.text}，ZB-H1 是 ${n.zb.text}。${n.both
            ? n.splitting
              ? '两种办法都填补了空隙，其中拆分反向填得更多。'
              : '两种办法都填补了空隙，这里交错填得更多。'
            : '这里并非两种办法都有效：增加的消息和等待，比填上的空隙还多。'}如果各阶段用时相等、消息不花时间，三者应为
          ${n.f1b.plan}、${n.interleaved.plan} 和 ${n.zb.plan}，${n.asPlanned ? '次序与此相同' : '这台机器上各进程的速度差别太大，次序因此不同'}。`,
        why: html`1F1B 的流水线以整个阶段为单位填充：${idealBubble}。每个进程有 v 块时，以块为单位填充，每块只有 1/v 长：${interleavedBubble}。ZB-H1 则看到，反向其实是两件事：前一个阶段在等输入的梯度，而权重的梯度没有谁在等，可以放到进程本来要停下的时候去算。`,
        change: html`${n.costs
            ? html`分块有代价：交错时，各进程每步共发送 ${n.interleaved.sentText}，而不是 ${n.f1b.sentText}，因为每个微批次要经过每个进程两次。`
            : html`分块的代价是消息更多：每个微批次要经过每个进程两次。`}${n.more
            ? html`普通 1F1B 只把微批次加倍，气泡是 ${n.more.text}，${
                n.more.value < Math.min(n.interleaved.value, n.zb.value) ? '比两种办法都小' : n.more.value < Math.max(n.interleaved.value, n.zb.value) ? '比其中一种办法小' : '比两种办法都大'
              }，但每个微批次也更小了。`
            : html`只要批大小还够再切，增加微批次对每种调度都有好处。`}`,
        misleads: html`${coresNote.zh(facts.view)}公式假定各阶段用时相等；而这里第一个进程还有嵌入层，最后一个还有输出层。输入梯度和权重梯度用时相近时，ZB-H1 的收益最大。`,
      };
    },
  },
  variations: [
    MORE,
    {
      id: 'interleaved-8',
      name: { en: 'interleaved, 8 micro-batches', zh: '交错，8 个微批次' },
      ask: { en: 'Interleaved, with twice the micro-batches?', zh: '交错，微批次加倍？' },
      patch: { mesh: { schedule: 'interleaved_1f1b', chunks_per_stage: 2 }, training: { micro_batches: 8 } },
    },
    {
      id: 'zb-h1-8',
      name: { en: 'ZB-H1, 8 micro-batches', zh: 'ZB-H1，8 个微批次' },
      ask: { en: 'ZB-H1, with twice the micro-batches?', zh: 'ZB-H1，微批次加倍？' },
      patch: { mesh: { schedule: 'zb_h1' }, training: { micro_batches: 8 } },
    },
  ],
  compared: ['predicted_bubble_fraction', 'bubble_fraction', 'bytes_sent', 'total_memory', 'step_time'],
  check: {
    ask: {
      en: 'Why can ZB-H1 put off the gradients of the weights, but not those of the inputs?',
      zh: 'ZB-H1 为什么能推迟权重的梯度，却不能推迟输入的梯度？',
    },
    options: [
      {
        text: { en: 'Because the gradients of the weights are smaller.', zh: '因为权重的梯度更小。' },
        right: false,
        because: { en: 'Size does not matter here. What matters is who waits for them.', zh: '这与大小无关，关键在于谁在等它。' },
      },
      {
        text: { en: 'Because the stage before needs the gradient of the inputs, and nothing needs that of the weights before the update.', zh: '因为前一个阶段在等输入的梯度；而权重的梯度，到更新时才用得上。' },
        right: true,
        because: {
          en: 'The gradient of a stage’s input is that of the previous stage’s output: without it, that stage cannot begin its backward.',
          zh: '一个阶段输入的梯度，就是前一个阶段输出的梯度；没有它，前一个阶段就不能开始反向。',
        },
      },
      {
        text: { en: 'Because the gradients of the weights are computed on another rank.', zh: '因为权重的梯度由别的进程计算。' },
        right: false,
        because: { en: 'Each rank computes both for its own layers; ZB-H1 only changes when.', zh: '每个进程都计算自己那些层的两种梯度，ZB-H1 改变的只是时间。' },
      },
    ],
  },
};
