/** Ranks of different speed: an even division keeps the pace of the slowest, a balanced one does not. */
import { html } from 'lit';
import { finishedRun, type Facts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun, Patch } from '../../../shell/lesson/lesson';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import type { RunView } from '../../../shell/store/run-view';
import '../diagrams/paces-diagram';
import { small } from './base';
import { coresNote } from './cores';
import { barOf, bubble, stepTime, tell } from './measured';

/** Rank 1, or all of a pipeline of two, at a share of its speed. */
const slow = (speed_percent: number, ranks: readonly number[] = [1]): Patch => ({ ranks: { unequal: ranks.map((rank) => ({ rank, speed_percent, memory_limit: 1024 })) } });

const FAST: LessonRun = { id: 'fast', name: { en: 'both fast', zh: '两个都快' }, patch: {} };
const EVEN: LessonRun = { id: 'even', name: { en: 'one slow, even', zh: '一快一慢，均等划分' }, patch: slow(50) };
const BALANCED: Lesson['variations'][number] = {
  id: 'balanced',
  name: { en: 'one slow, balanced', zh: '一快一慢，均衡划分' },
  ask: { en: 'The layers divided by the measured speeds?', zh: '按测得的速度划分各层？' },
  patch: { ...slow(50), mesh: { partition: 'balanced' } },
};

/** Times of a step, from where on they count as longer, and as nearer to the slow rank's than to the mean. */
const LONGER = 1.15;
const SLOW_PACE = 1.6;

/** How many times as long the even division takes as two fast ranks. */
function ratio(view: ExperimentView): number | null {
  const [fast, even] = [finishedRun(view, FAST), finishedRun(view, EVEN)];
  const [short, long] = [fast && stepTime(view, fast), even && stepTime(view, even)];
  return short && long ? long.value / short.value : null;
}

const classed = (times: number): 'alike' | 'mean' | 'slow' => (times < LONGER ? 'alike' : times < SLOW_PACE ? 'mean' : 'slow');

/** Layers of each stage, in halves. */
function layersOf({ parallel }: RunView): number[] | null {
  const { planned } = parallel;
  if (!planned) return null;
  return planned.ranks.map(({ segments }) => segments.reduce((sum, [from, to]) => sum + planned.segments.slice(from, to).filter((kind) => kind === 'attention' || kind === 'feed_forward').length / 2, 0));
}

/** The numbers that both languages speak of. */
function numbers(facts: Facts) {
  const { view, words, format } = facts;
  const [fast, even, balanced] = [FAST, EVEN, BALANCED].map((run) => finishedRun(view, run));
  const times = ratio(view);
  if (!fast || !even || times === null) return null;
  const of = (run: RunView) => {
    const [time, still] = [stepTime(view, run), bubble(view, run)];
    return time && still ? { time: tell(words, time), milliseconds: time.value, still: tell(words, still), bubble: still.value } : null;
  };
  const [a, b] = [of(fast), of(even)];
  const c = balanced && of(balanced);
  const layers = balanced && layersOf(balanced);
  if (!a || !b) return null;
  return {
    fast: a,
    even: b,
    times: format.three(times),
    classed: classed(times),
    waits: b.bubble > a.bubble + 0.03,
    balanced: c && layers?.length === 2 && { ...c, layers: layers.map(format.short), faster: c.milliseconds < 0.97 * b.milliseconds, moved: layers[1]! < layers[0]! },
  };
}

export const unequalRanks: Lesson = {
  id: 'unequal-ranks',
  section: '15.4',
  minutes: 6,
  title: { en: 'Unequal ranks', zh: '不均等的进程' },
  question: { en: 'How fast is a team with one slow member?', zh: '一队中有一个慢的，整队能多快？' },
  stakes: {
    en: html`Old beside new devices, a chip that runs hot, a neighbour that takes half of the cores: <tinyai-term name="process">ranks</tinyai-term> are seldom all alike.`,
    zh: html`新旧设备混用、某块芯片过热降频、别的任务占去一半核心：各<tinyai-term name="process">进程（rank）</tinyai-term>很少完全一样快。`,
  },
  base: small({ mesh: { pipeline: 2 }, training: { micro_batches: 4 } }),
  runs: [FAST, EVEN],
  controls: ['training.micro_batches', 'training.batch_size', 'mesh.schedule', 'mesh.partition', 'training.steps'],
  diagram: () => html`<tinyai-paces-diagram></tinyai-paces-diagram>`,
  predict: {
    kind: 'choice',
    ask: {
      en: html`Two <tinyai-term name="stage">stages</tinyai-term> with three layers each. Rank 1 slows down to half its speed; together they have three quarters of what they had. How long does a step take now?`,
      zh: html`两个<tinyai-term name="stage">阶段</tinyai-term>，各三层。1 号进程的速度降到一半，两者合起来还有原来的四分之三。现在一步要多久？`,
    },
    options: [
      { id: 'alike', text: { en: 'hardly longer: the fast rank makes up for it', zh: '几乎不变：快的那个会补上' } },
      { id: 'mean', text: { en: 'about a third longer: three quarters of the speed', zh: '约长三分之一：速度是原来的四分之三' } },
      { id: 'slow', text: { en: 'almost twice as long: the pace of the slow one', zh: '几乎两倍：与慢的那个同步' } },
    ],
    outcome: (view) => {
      const times = ratio(view);
      return times === null ? null : classed(times);
    },
  },
  hero: {
    kind: 'bars',
    title: { en: 'Time of a step', zh: '每步时间' },
    caption: { en: 'Median over the steps.', zh: '各步的中位数。' },
    unit: 'ms',
    bar: (run, view) => barOf(stepTime(view, view.runs[run]!)),
  },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`With rank 1 at half its speed, a step took ${n.even.time} instead of ${n.fast.time}: ${n.times} times as long.
          ${{
            alike: 'That is hardly longer, which no division of the work explains: something else must have kept this machine busy.',
            mean: 'That is not yet the pace of the slow rank; with more micro-batches it would come closer to it.',
            slow: 'The pair has three quarters of its speed, and works as if it had little more than half.',
          }[n.classed]}`,
        why: html`Every micro-batch has to pass both stages, so in the long run as many leave the pipeline as the slowest stage lets through. The fast rank has
          ${n.waits ? html`to wait: the bubble is ${n.even.still} instead of ${n.fast.still}` : html`no use for its speed, although the bubble hardly shows it here (${n.even.still}, and ${n.fast.still} before)`}.
          In a fast pipeline that is even, more micro-batches help; here they only make the wait of the fast rank longer.`,
        change: n.balanced
          ? html`Divided by the speeds that the ranks measured before the run, rank 0 got ${n.balanced.layers[0]} layers and rank 1 ${n.balanced.layers[1]}. A step took
              ${n.balanced.time}${n.balanced.faster ? '' : ', which is no gain here'}, with a bubble of ${n.balanced.still}.
              ${n.balanced.moved ? 'Layers can only be moved by halves, so the balance is never exact.' : 'The measured speeds did not call for fewer layers on rank 1.'}`
          : html`Give the slow rank fewer layers. Before a run, each rank measures how fast it is; a balanced division makes the slowest stage as fast as it can be. Try it below.`,
        misleads: html`${coresNote.en(facts.view)}The slow rank is a fast one that rests in between: while it rests, others may use its core, which real slow devices do not allow. And each of
          the first and last ranks has more than layers: the embedding, and the head.`,
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`1 号进程的速度减半后，一步用时 ${n.even.time}，原来是 ${n.fast.time}，变为 ${n.times} 倍。${
          {
            alike: '几乎没有变长，这不是划分造成的：这台机器多半正忙于别的事。',
            mean: '还没有慢到与慢的那个同步；微批次更多时会更接近。',
            slow: '两者合起来还有四分之三的速度，实际发挥的却只比一半多一点。',
          }[n.classed]
        }`,
        why: html`每个微批次都要经过两个阶段，所以长期来看，流水线的产出取决于最慢的阶段。快的进程${n.waits
            ? html`只能等：气泡是 ${n.even.still}，原来是 ${n.fast.still}`
            : html`再快也用不上，虽然这里的气泡几乎看不出来（${n.even.still}，原来是 ${n.fast.still}）`}。各阶段用时相等时，增加微批次有好处；这里只会让快的进程等得更久。`,
        change: n.balanced
          ? html`按运行前测得的速度划分，0 号进程分到 ${n.balanced.layers[0]} 层，1 号分到 ${n.balanced.layers[1]} 层，每步用时 ${n.balanced.time}${
              n.balanced.faster ? '' : '，这里没有变快'
            }，气泡为 ${n.balanced.still}。${n.balanced.moved ? '层只能以半层为单位移动，所以不可能完全均衡。' : '按测得的速度，不必减少 1 号进程的层。'}`
          : html`给慢的进程少分几层。运行之前，每个进程都会测量自己的速度；均衡划分让最慢的阶段尽可能快，可以在下面试一试。`,
        misleads: html`${coresNote.zh(facts.view)}这里慢的进程，其实是在中间休息的快进程：它休息时，核心可以让给别的进程，真正的慢设备做不到这一点。另外，首尾两个进程除了层，还分别有嵌入层和输出层。`,
      };
    },
  },
  variations: [
    BALANCED,
    {
      id: 'balanced-25',
      name: { en: 'one at 25%, balanced', zh: '一个只有 25%，均衡划分' },
      ask: { en: 'Balanced, with rank 1 at a quarter of its speed?', zh: '1 号进程只有四分之一的速度，均衡划分？' },
      patch: { ...slow(25), mesh: { partition: 'balanced' } },
    },
    { id: 'both-slow', name: { en: 'both slow', zh: '两个都慢' }, ask: { en: 'Both at half their speed?', zh: '两个都只有一半速度？' }, patch: slow(50, [0, 1]) },
  ],
  compared: ['step_time', 'predicted_bubble_fraction', 'bubble_fraction', 'peak_memory', 'validation_loss'],
  check: {
    ask: {
      en: 'Rank 0 is three times as fast as rank 1, and memory is no problem. How should twelve equal layers be divided?',
      zh: '0 号进程的速度是 1 号的三倍，内存不成问题。12 个相同的层应该怎样划分？',
    },
    options: [
      {
        text: { en: '6 and 6', zh: '6 层和 6 层' },
        right: false,
        because: { en: 'Then rank 1 takes three times as long for each micro-batch, and rank 0 waits two thirds of the time.', zh: '这样每个微批次 1 号要花三倍时间，0 号有三分之二的时间在等。' },
      },
      {
        text: { en: '9 and 3', zh: '9 层和 3 层' },
        right: true,
        because: { en: 'Nine layers at three times the speed take as long as three: neither waits for the other.', zh: '以三倍速度计算九层，与计算三层用时相同，谁也不用等谁。' },
      },
      {
        text: { en: '12 and 0', zh: '12 层和 0 层' },
        right: false,
        because: { en: 'Then nobody waits, but a quarter of the speed that there is goes unused.', zh: '这样确实没有谁在等，但现有速度的四分之一白白浪费了。' },
      },
    ],
  },
};
