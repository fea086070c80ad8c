/** The bubble of a pipeline, and how micro-batches shrink it. */
import { html } from 'lit';
import { ranksOf } from '../../../engine/spec/patch';
import { finishedRun, placeOf, type Facts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import '../diagrams/pipeline-diagram';
import { small } from './base';
import { coresNote } from './cores';
import { idealBubble } from './formulas';
import { bubble, metricOf, outcomeOf, phaseShare, stepTime, tell } from './measured';

const PIPELINE: LessonRun = { id: 'pipeline', name: { en: 'pipeline', zh: '流水线' }, patch: {} };

const cutInto = (micro_batches: number): Lesson['variations'][number] => ({
  id: `m-${micro_batches}`,
  name: { en: `${micro_batches} micro-batches`, zh: `${micro_batches} 个微批次` },
  ask: { en: `Cut into ${micro_batches} micro-batches?`, zh: `切成 ${micro_batches} 个微批次？` },
  patch: { training: { micro_batches } },
});

const pieces = (count: number): string => (count === 1 ? 'in one piece' : `in ${count} micro-batches`);

/** What was asked for: two stages, one piece. */
function idle(view: ExperimentView) {
  const run = finishedRun(view, PIPELINE);
  if (!run || run.spec.mesh.pipeline !== 2 || run.spec.training.micro_batches !== 1) return null;
  const said = bubble(view, run);
  return said && outcomeOf(said, 100);
}

/** The numbers that both languages speak of. */
function numbers(facts: Facts) {
  const { view, words, format } = facts;
  const all = view.runs.flatMap((run) => {
    if (run.status !== 'finished' || ranksOf(run.spec) === 1) return [];
    const [still, time, ideal, phase] = [bubble(view, run), stepTime(view, run), metricOf(run, 'ideal_bubble_fraction'), phaseShare(view, run)];
    return still && time && ideal && phase !== null ? [{ run, still, time, ideal, phase, parts: run.spec.training.micro_batches }] : [];
  });
  const first = all.find(({ run }) => run === finishedRun(view, PIPELINE));
  if (!first) return null;
  const { pipeline } = first.run.spec.mesh;
  const [best] = all.filter(({ run }) => run.spec.mesh.pipeline === pipeline).sort((a, b) => a.still.value - b.still.value);
  const other = best && best !== first && best.parts > first.parts ? best : null;
  // If the bubble were all that changed: the phase would be shorter, the reduction of gradients and the update after it would not.
  const hoped = other && 1 - first.phase * (1 - (1 - first.still.value) / (1 - other.still.value));
  const took = other && other.time.value / first.time.value;
  return {
    stages: pipeline,
    parts: first.parts,
    still: tell(words, first.still),
    ideal: tell(words, first.ideal),
    time: tell(words, first.time),
    modelled: first.still.modelled,
    other: other && {
      parts: other.parts,
      still: tell(words, other.still),
      ideal: tell(words, other.ideal),
      time: tell(words, other.time),
      hoped: format.wholePercent(hoped!),
      took: format.wholePercent(took!),
      gain: took! > 1.02 ? ('longer' as const) : took! > hoped! * 1.05 ? ('less' as const) : took! < hoped! * 0.95 ? ('more' as const) : ('as-much' as const),
    },
  };
}

export const pipelineBubble: Lesson = {
  id: 'pipeline-bubble',
  section: '15.4',
  minutes: 6,
  title: { en: 'Pipeline and bubble', zh: '流水线与气泡' },
  question: { en: 'How much of a pipeline stands still?', zh: '流水线有多大比例的时间在空等？' },
  stakes: {
    en: html`A model too large for one device is cut into <tinyai-term name="stage">stages</tinyai-term>, a <tinyai-term name="process">rank</tinyai-term> for each. Time in which a rank only waits, the <tinyai-term name="bubble">bubble</tinyai-term>, is paid for like any other.`,
    zh: html`一台设备放不下的模型，要切成几个<tinyai-term name="stage">阶段</tinyai-term>，每个<tinyai-term name="process">进程（rank）</tinyai-term>负责一个。进程空等的时间叫作<tinyai-term name="bubble">气泡</tinyai-term>，也一样要花钱。`,
  },
  base: small({ mesh: { pipeline: 2 } }),
  runs: [PIPELINE],
  controls: ['training.micro_batches', 'mesh.pipeline', 'mesh.schedule', 'training.batch_size', 'training.steps'],
  diagram: () => html`<tinyai-pipeline-diagram></tinyai-pipeline-diagram>`,
  predict: {
    kind: 'number',
    ask: {
      en: html`Two ranks hold half of the layers each, and the batch goes through in one piece: <tinyai-term name="forward">forward</tinyai-term>, then <tinyai-term name="backward">backward</tinyai-term>. For what share of that time does a rank stand still?`,
      zh: html`两个进程各持有一半的层，整批数据一次通过：先<tinyai-term name="forward">前向</tinyai-term>，再<tinyai-term name="backward">反向</tinyai-term>。在这段时间里，进程有多大比例的时间在空等？`,
    },
    unit: 'percent',
    scale: { from: 0, to: 100, step: 1 },
    ends: { en: ['never', 'all the time'], zh: ['从不', '一直在等'] },
    outcome: idle,
    bar: (value, view) => {
      const run = placeOf(view, PIPELINE);
      return run === null ? null : { run, value: value / 100 };
    },
  },
  hero: { kind: 'own', figure: 'run-timelines' },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`With the batch ${pieces(n.parts)}, the ${n.stages} ranks stood still for ${n.still} of the time; the formula below says ${n.ideal}.
          ${n.other ? html`Cut into ${n.other.parts} micro-batches, it was ${n.other.still}, where the formula says ${n.other.ideal}.` : html`Cut the batch below, and see it shrink.`}`,
        why: html`A stage can begin only when the one before it has handed over its output, and the backward comes back through all of them.
          ${n.parts === 1
            ? html`With a single piece there is only ever one of the ${n.stages} stages that has something to do.`
            : html`Micro-batches let the stages work at the same time, except while the pipeline fills and while it empties.`}
          With p stages and m micro-batches, p − 1 of m + p − 1 turns are lost at each rank: ${idealBubble}.`,
        change: html`More micro-batches shrink the bubble, more stages enlarge it.
          ${n.other
            ? html`But a step took ${n.other.time} instead of ${n.time}, ${n.other.took} of the time, where the smaller bubble alone would make it ${n.other.hoped}, as it does not shorten the update that ends the step.
              ${{
                less: `The rest is lost: smaller micro-batches make smaller matrix products, which use the processor less well${n.modelled ? '' : ', and stages that work at the same time share this machine’s memory bandwidth'}.`,
                longer: 'The gain is more than lost: smaller micro-batches make smaller matrix products, which use the processor less well, and a machine that is busy with other things adds to it.',
                'as-much': 'Here the smaller matrix products cost little.',
                more: 'It gained even more: smaller micro-batches fit better into the caches, or the machine was busy during the other run.',
              }[n.other.gain]}`
            : html`But smaller micro-batches make smaller matrix products, which use the processor less well: a step gains less than the smaller bubble suggests.`}`,
        misleads: html`${coresNote.en(facts.view)}The formula counts stages of equal length and messages that take no time. The first stage here has the embedding and the last one the
          head as well, and between real devices messages take time, too.`,
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`${n.parts === 1 ? '整批一次通过' : `切成 ${n.parts} 个微批次`}时，${n.stages} 个进程有 ${n.still} 的时间在空等；按下面的公式是
          ${n.ideal}。${n.other ? html`切成 ${n.other.parts} 个微批次后是 ${n.other.still}，按公式是 ${n.other.ideal}。` : html`在下面把批次切开，看看气泡怎样缩小。`}`,
        why: html`一个阶段要等前一个阶段交出输出才能开始，反向还要原路穿过所有阶段。${n.parts === 1
            ? html`整批只有一份，${n.stages} 个阶段中任何时候都只有一个有事可做。`
            : html`切成微批次后，各阶段可以同时工作，只有流水线填充和排空的时候例外。`}阶段数为 p、微批次数为 m 时，每个进程在 m + p − 1 个时段里损失
          p − 1 个：${idealBubble}。`,
        change: html`微批次越多，气泡越小；阶段越多，气泡越大。${n.other
            ? html`不过每步用时从 ${n.time}变为 ${n.other.time}，即原来的 ${n.other.took}；如果只有气泡在变（步末的更新不会因此缩短），应为 ${n.other.hoped}。${
                {
                  less: `其余的损失在别处：微批次变小，矩阵乘法也变小，处理器的利用率随之下降${n.modelled ? '' : '；各阶段同时工作，又要争用这台机器的内存带宽'}。`,
                  longer: '得不偿失：微批次变小，矩阵乘法也变小，处理器的利用率随之下降；机器同时忙于别的事，又会更慢。',
                  'as-much': '这里矩阵乘法变小几乎没有代价。',
                  more: '得益比这还多：更小的微批次更适合缓存，也可能是另一次运行期间机器正忙。',
                }[n.other.gain]
              }`
            : html`但微批次越小，矩阵乘法也越小，处理器的利用率随之下降，所以每步时间省不了那么多。`}`,
        misleads: html`${coresNote.zh(facts.view)}公式假定各阶段用时相等、消息不花时间。而这里第一个阶段还有嵌入层，最后一个阶段还有输出层；在真实的设备之间，消息也要花时间。`,
      };
    },
  },
  variations: [cutInto(2), cutInto(4), cutInto(8)],
  compared: ['ideal_bubble_fraction', 'predicted_bubble_fraction', 'bubble_fraction', 'step_time', 'peak_memory'],
  check: {
    ask: {
      en: 'Four stages, twelve micro-batches of equal cost. What share of the time is lost in the bubble?',
      zh: '4 个阶段，12 个用时相同的微批次。气泡占多大比例？',
    },
    options: [
      {
        text: { en: '3 of 12, a quarter.', zh: '3/12，即四分之一。' },
        right: false,
        because: {
          en: 'That is how much longer the step takes than without a bubble, (p − 1) / m. As a share of the whole time it is less.',
          zh: '这是与没有气泡相比多出的时间，即 (p − 1) / m。占总时间的比例要小一些。',
        },
      },
      {
        text: { en: '3 of 15, a fifth.', zh: '3/15，即五分之一。' },
        right: true,
        because: { en: 'Twelve turns of work, three of filling and emptying: (4 − 1) / (12 + 4 − 1).', zh: '十二个时段在工作，三个时段用于填充和排空：(4 − 1) / (12 + 4 − 1)。' },
      },
      {
        text: { en: 'Three quarters: only one of four stages works at a time.', zh: '四分之三：四个阶段中只有一个在工作。' },
        right: false,
        because: { en: 'That is so with one micro-batch. With twelve, all four work at once most of the time.', zh: '只有一个微批次时才是这样。有十二个时，大部分时间四个阶段同时在工作。' },
      },
    ],
  },
};
