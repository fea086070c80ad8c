/** GPipe and 1F1B: the same bubble, and not the same memory. */
import { html } from 'lit';
import { quantity } from '../../../shell/figures/quantity';
import { finishedRun, placeOf, type Facts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { Outcome } from '../../../shell/lesson/prediction/question';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import type { RunView } from '../../../shell/store/run-view';
import '../diagrams/order-diagram';
import { small } from './base';
import { coresNote } from './cores';
import { idealBubble } from './formulas';
import { bubble, peakOf, tell } from './measured';

const GPIPE: LessonRun = { id: 'gpipe', name: { en: 'GPipe', zh: 'GPipe' }, patch: { mesh: { schedule: 'gpipe' } } };
const F1B: LessonRun = { id: '1f1b', name: { en: '1F1B', zh: '1F1B' }, patch: { mesh: { schedule: '1f1b' } } };

const COARSE: Lesson['variations'][number] = {
  id: 'gpipe-2',
  name: { en: 'GPipe, 2 micro-batches', zh: 'GPipe，2 个微批次' },
  ask: { en: 'GPipe with only 2 micro-batches?', zh: 'GPipe 只用 2 个微批次？' },
  patch: { mesh: { schedule: 'gpipe' }, training: { micro_batches: 2 } },
};

/** What the first rank keeps for its backwards at most, in bytes. */
const kept = (run: RunView): number => peakOf(run, 0, 'activations');

function share(view: ExperimentView): Outcome | null {
  const [gpipe, f1b] = [finishedRun(view, GPIPE), finishedRun(view, F1B)];
  if (!gpipe || !f1b || f1b.spec.training.micro_batches !== 8 || f1b.spec.mesh.pipeline !== 2) return null;
  return kept(gpipe) > 0 ? { value: (100 * kept(f1b)) / kept(gpipe), spread: null } : null;
}

/** The numbers that both languages speak of. */
function numbers(facts: Facts) {
  const { view, words, format } = facts;
  const [gpipe, f1b] = [finishedRun(view, GPIPE), finishedRun(view, F1B)];
  if (!gpipe || !f1b || kept(gpipe) === 0) return null;
  const bubbles = [bubble(view, gpipe), bubble(view, f1b)];
  if (!bubbles[0] || !bubbles[1]) return null;
  const tellKept = (run: RunView) => quantity(run.name, 'rank_0_activations', kept(run), format.size(kept(run)));
  const coarse = finishedRun(view, COARSE);
  const { micro_batches: parts } = f1b.spec.training;
  const { pipeline: stages } = f1b.spec.mesh;
  return {
    parts,
    stages,
    held: Math.min(parts, stages),
    kept: [tellKept(gpipe), tellKept(f1b)],
    percent: format.wholePercent(kept(f1b) / kept(gpipe)),
    expected: format.wholePercent(Math.min(1, stages / parts)),
    totals: [format.size(peakOf(gpipe, 0)), format.size(peakOf(f1b, 0))],
    bubbles: [tell(words, bubbles[0]), tell(words, bubbles[1])],
    alike: Math.abs(bubbles[0].value - bubbles[1].value) < 0.05,
    coarse: coarse && { parts: coarse.spec.training.micro_batches, kept: tellKept(coarse), alike: Math.abs(kept(coarse) / kept(gpipe) - 1) < 0.1 },
  };
}

export const scheduleMemory: Lesson = {
  id: 'schedule-memory',
  section: '15.4',
  minutes: 6,
  title: { en: 'GPipe and 1F1B', zh: 'GPipe 与 1F1B' },
  question: { en: 'Can an order of work save memory?', zh: '只改变计算顺序，能省下内存吗？' },
  stakes: {
    en: html`More <tinyai-term name="micro-batch">micro-batches</tinyai-term> shrink the <tinyai-term name="bubble">bubble</tinyai-term>. With the wrong order of work, every one of them has to be kept in memory until its <tinyai-term name="backward">backward</tinyai-term>.`,
    zh: html`<tinyai-term name="micro-batch">微批次</tinyai-term>越多，<tinyai-term name="bubble">气泡</tinyai-term>越小。但如果计算顺序不当，每个<tinyai-term name="process">进程（rank）</tinyai-term>都得把所有微批次的<tinyai-term name="activation">激活值</tinyai-term>一直留到<tinyai-term name="backward">反向</tinyai-term>。`,
  },
  base: small({ mesh: { pipeline: 2 }, training: { micro_batches: 8 } }),
  runs: [GPIPE, F1B],
  controls: ['training.micro_batches', 'mesh.pipeline', 'training.batch_size', 'data.context', 'training.steps'],
  diagram: () => html`<tinyai-order-diagram></tinyai-order-diagram>`,
  predict: {
    kind: 'number',
    ask: {
      en: html`GPipe does all eight <tinyai-term name="forward">forwards</tinyai-term>, then all eight backwards. 1F1B begins each backward as soon as it can. Of the <tinyai-term name="activation">activations</tinyai-term> that the first of two <tinyai-term name="process">ranks</tinyai-term> keeps with GPipe, how much does it keep with 1F1B?`,
      zh: html`GPipe 先做完 8 个<tinyai-term name="forward">前向</tinyai-term>，再做 8 个反向；1F1B 则尽早开始每个反向。两个进程中的第一个，在 1F1B 下保留的激活值是 GPipe 的多少？`,
    },
    unit: 'percent',
    scale: { from: 1, to: 100, step: 1 },
    ends: { en: ['1% of it', 'just as much'], zh: ['只有 1%', '一样多'] },
    outcome: share,
    bar: (value, view) => {
      const [gpipe, run] = [finishedRun(view, GPIPE), placeOf(view, F1B)];
      return gpipe && run !== null ? { run, value: (kept(gpipe) * value) / 100 } : null;
    },
  },
  hero: {
    kind: 'bars',
    title: { en: 'Activations on the first rank', zh: '第一个进程的激活值' },
    caption: { en: 'What it kept for its backwards when it kept most.', zh: '为反向保留的激活值，取最多的时候。' },
    unit: 'bytes',
    bar: (run, view) => {
      const found = view.runs[run]!;
      const value = kept(found);
      return value > 0 ? { value, parts: [{ kind: 'activations', value }], quantity: 'rank_0_activations' } : null;
    },
  },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`With 1F1B, the first rank kept ${n.kept[1]} of activations at most; with GPipe, ${n.kept[0]}. That is ${n.percent}, where
          ${n.held} of ${n.parts} micro-batches would be ${n.expected}. The bubble was ${n.alike ? 'about the same' : 'not the same here'}: ${n.bubbles[0]} with GPipe, ${n.bubbles[1]}
          with 1F1B.`,
        why: html`A micro-batch’s activations are needed until its backward. GPipe begins the first backward after the last forward, so all ${n.parts} wait at once. In 1F1B a
          backward comes as soon as the last stage can give a gradient, and frees its micro-batch before the next forward begins: the first rank never keeps more than the
          ${n.stages} that are on their way through the ${n.stages} stages. Both fill and empty the pipeline alike, so the bubble is ${idealBubble} for both.`,
        change: html`1F1B keeps as many micro-batches as there are stages, however many there are in all: cut finer, and each is smaller. GPipe keeps the whole batch, however it is
          cut.${n.coarse
            ? html` With ${n.coarse.parts} micro-batches it kept ${n.coarse.kept}, ${n.coarse.alike ? 'as much as before' : 'not quite as much, as the pieces are laid out otherwise'}.`
            : ''}
          More stages take away some of what 1F1B saves.`,
        misleads: html`Memory is counted, and does not depend on cores. All of the first rank’s memory went from ${n.totals[0]} to ${n.totals[1]}, less of a change, since weights, gradients, optimizer and
          the training text are there as well. With long contexts and large batches, activations are most of it. ${coresNote.en(facts.view)}`,
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`第一个进程保留的激活值，1F1B 下最多 ${n.kept[1]}，GPipe 下最多 ${n.kept[0]}。前者是后者的 ${n.percent}；如果按 ${n.parts} 个微批次中的
          ${n.held} 个计算，应为 ${n.expected}。气泡${n.alike ? '大致相同' : '这里并不相同'}：GPipe 为 ${n.bubbles[0]}，1F1B 为 ${n.bubbles[1]}。`,
        why: html`一个微批次的激活值要留到它的反向。GPipe 在最后一个前向之后才开始反向，${n.parts} 个微批次的激活值因此同时留着。1F1B 中，最后一个阶段一给出梯度就做反向，在下一个前向开始之前就释放那个微批次，所以第一个进程保留的，不会超过正在 ${n.stages} 个阶段中流动的 ${n.stages} 个。两者填充和排空流水线的方式相同，气泡都是
          ${idealBubble}。`,
        change: html`1F1B 保留的微批次只与阶段数有关，与总数无关：切得越细，每个就越小。GPipe 保留整批数据，无论怎样切。${n.coarse
            ? html`只切成 ${n.coarse.parts} 个微批次时，它保留 ${n.coarse.kept}，${n.coarse.alike ? '与之前一样多' : '比之前略有出入，因为每份的大小不同'}。`
            : ''}阶段越多，1F1B 省下的就越少。`,
        misleads: html`内存是逐字节计数的，与核心数无关。第一个进程的总内存从 ${n.totals[0]} 变为 ${n.totals[1]}，变化没有那么大，因为其中还有权重、梯度、优化器状态和训练文本。上下文很长、批大小很大时，激活值才占大部分。${coresNote.zh(facts.view)}`,
      };
    },
  },
  variations: [
    COARSE,
    {
      id: '1f1b-4',
      name: { en: '1F1B, 4 micro-batches', zh: '1F1B，4 个微批次' },
      ask: { en: '1F1B with 4 micro-batches?', zh: '1F1B 用 4 个微批次？' },
      patch: { mesh: { schedule: '1f1b' }, training: { micro_batches: 4 } },
    },
    { id: '1f1b-deep', name: { en: '1F1B, 3 stages', zh: '1F1B，3 个阶段' }, ask: { en: '1F1B over three stages?', zh: '1F1B 分成三个阶段？' }, patch: { mesh: { schedule: '1f1b', pipeline: 3 } } },
  ],
  compared: ['peak_memory', 'total_memory', 'ideal_bubble_fraction', 'bubble_fraction', 'step_time'],
  check: {
    ask: {
      en: 'Eight stages, 64 micro-batches. How many micro-batches’ activations does the first rank keep at most with 1F1B?',
      zh: '8 个阶段，64 个微批次。用 1F1B 时，第一个进程最多同时保留几个微批次的激活值？',
    },
    options: [
      {
        text: { en: '64, all of them.', zh: '64 个，即全部。' },
        right: false,
        because: { en: 'That is GPipe, where no backward begins before the last forward.', zh: '那是 GPipe：最后一个前向之前，没有反向开始。' },
      },
      {
        text: { en: '8, one for each stage.', zh: '8 个，每个阶段一个。' },
        right: true,
        because: {
          en: 'Eight forwards fill the pipeline; from then on each further forward comes after a backward that has freed one.',
          zh: '八个前向填满流水线；此后每做一个前向之前，都先有一个反向释放了一个微批次。',
        },
      },
      {
        text: { en: '1, since forwards and backwards take turns.', zh: '1 个，因为前向和反向交替进行。' },
        right: false,
        because: {
          en: 'That is so on the last stage. On the first, the gradient of a micro-batch comes back only after it has gone through all eight.',
          zh: '只有最后一个阶段如此。在第一个阶段，微批次要走完八个阶段，梯度才会回来。',
        },
      },
    ],
  },
};
