/** Whether four layers are better than one: in as many steps, and in as much time. */
import { html } from 'lit';
import '../../../shell/lesson/glossary/term';
import { finishedRun, noiseAmong, type Facts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { Outcome } from '../../../shell/lesson/prediction/question';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import '../diagrams/layers-diagram';
import { small } from './base';

const STEPS = 150;
const ONE: LessonRun = { id: 'one', name: { en: '1 layer', zh: '1 层' }, patch: { model: { n_layers: 1 } } };
const FOUR: LessonRun = { id: 'four', name: { en: '4 layers', zh: '4 层' }, patch: { model: { n_layers: 4 } } };
const LONG: LessonRun = { id: 'long', name: { en: '1 layer, 3 times as long', zh: '1 层，步数三倍' }, patch: { model: { n_layers: 1 }, training: { steps: 3 * STEPS } } };
const RUNS = [ONE, FOUR, LONG] as const;

/** The final validation loss of each run. */
function losses(view: ExperimentView): Record<string, Outcome> | null {
  const found = RUNS.map((run) => finishedRun(view, run));
  // Half the noise on either side: what overlaps cannot be told apart.
  const noise = noiseAmong(found.flatMap((run) => (run ? [run] : []))) / 2;
  const outcomes = found.flatMap((run, i) => {
    const loss = run?.figure('validation_loss')?.value;
    return loss === undefined ? [] : [[RUNS[i]!.id, { value: loss, spread: [loss - noise, loss + noise] }] as const];
  });
  return outcomes.length === RUNS.length ? Object.fromEntries(outcomes) : null;
}

function numbers(facts: Facts) {
  const [one, four, long] = RUNS.map(({ id }) => facts.run(id));
  if (!one || !four || !long) return null;
  const values = [one, four, long].map((run) => run.metric('validation_loss'));
  const times = [one, four, long].map((run) => run.metric('duration'));
  const steps = [one, four].map((run) => run.metric('step_time'));
  if ([...values, ...times, ...steps].some((value) => value === null)) return null;
  const [atOne, atFour, atLong] = values as [number, number, number];
  const [, slow, patient] = times as [number, number, number];
  const noise = noiseAmong([one, four, long].map(({ view }) => view));
  const { short, lossGap, count } = facts.format;
  return {
    steps: count(one.view.steps),
    losses: [one, four, long].map((run) => run.tell('validation_loss')),
    times: [one, four, long].map((run) => run.tell('duration')),
    stepTimes: [one.tell('step_time'), four.tell('step_time')],
    slower: short(steps[1]! / steps[0]!),
    lessThanLayers: steps[1]! / steps[0]! < 0.85 * (four.view.spec.model.n_layers / one.view.spec.model.n_layers),
    /** By how much four layers are lower after as many steps; and than one layer in more steps. */
    gained: lossGap(atOne, atFour),
    inSteps: atOne - atFour > noise ? 'deep' : atFour - atOne > noise ? 'shallow' : 'same',
    inTime: atLong - atFour > noise ? 'deep' : atFour - atLong > noise ? 'shallow' : 'same',
    /** The shallow run's time as a share of the deep one's. */
    took: patient / slow,
    parameters: [one.tell('trainable_parameters'), four.tell('trainable_parameters')],
  } as const;
}

export const depth: Lesson = {
  id: 'depth',
  section: '15.6',
  minutes: 5,
  title: { en: 'One layer or four', zh: '一层还是四层' },
  question: { en: 'Are four layers better than one: in the same steps, and in the same time?', zh: '四层比一层好吗？步数相同时如何，时间相同时又如何？' },
  stakes: {
    en: 'A larger model nearly always looks better in a chart over steps. But nobody pays for steps; what is paid for is time.',
    zh: '以步数为横轴画图，大模型几乎总是占优。可是没有人按步数付钱，付钱买的是时间。',
  },
  base: (language) => small(language, { training: { steps: STEPS }, evaluation: { every: 25 } }),
  runs: RUNS,
  controls: ['model.d_model', 'data.context', 'training.batch_size', 'training.learning_rate', 'training.seed'],
  diagram: () => html`<tinyai-layers-diagram></tinyai-layers-diagram>`,
  predict: {
    kind: 'order',
    ask: {
      en: html`Four layers, one layer, and one layer that is trained for three times as many steps: in which order will their final
        <tinyai-term name="validation-loss">validation losses</tinyai-term> be?`,
      zh: html`四层；一层；一层，但训练的步数是三倍。三者最终的<tinyai-term name="validation-loss">验证损失</tinyai-term>，由低到高是什么次序？`,
    },
    ends: { en: ['lowest loss, the best', 'highest loss'], zh: ['损失最低，最好', '损失最高'] },
    items: RUNS.map(({ id, name }) => ({ id, name })),
    outcome: losses,
  },
  hero: { kind: 'curves' },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`After ${n.steps} steps, four layers stood at ${n.losses[1]} and one layer at ${n.losses[0]}:
          ${n.inSteps === 'deep' ? `the deeper model is better by ${n.gained}` : n.inSteps === 'shallow' ? `the deeper model is worse by ${n.gained}` : 'no difference beyond the noise'}. But it took
          ${n.times[1]} instead of ${n.times[0]}. One layer with three times the steps, ${n.times[2]}, came to ${n.losses[2]}:
          ${n.inTime === 'deep' ? 'still worse than four layers' : n.inTime === 'shallow' ? 'better than four layers' : 'as good as four layers, within the noise'}.`,
        why: html`A step of four layers took ${n.slower} times as long as a step of one (${n.stepTimes[1]} and ${n.stepTimes[0]}), since every token has to pass through all layers, forward and
          back.${n.lessThanLayers ? ' It is less than four times, because embedding and output cost both the same.' : ''} In exchange, a second layer can build on what the
          first has found, so each step teaches more. Which of the two counts for more is what the two comparisons ask.`,
        change: html`Early in training, one layer has the most to gain from more steps. Later its curve flattens, since ${n.parameters[0]} parameters hold less than ${n.parameters[1]}: the longer both
          are trained, the more depth is worth. A variation below gives four layers three times the steps.`,
        misleads: html`${n.took > 1.25
          ? html`The long run took more time than the deep one, so the comparison favours the one layer.`
          : n.took < 0.8
            ? html`The long run took less time than the deep one, so the comparison favours the four layers.`
            : html`Both took about the same time here; on another machine that may be otherwise.`}
          The times include what is measured in between, and this machine computes one thing after the other. A GPU stands half idle with matrices so small: there, a larger layer costs less than it does here.`,
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`同样训练 ${n.steps} 步，四层的损失是 ${n.losses[1]}，一层是 ${n.losses[0]}：${n.inSteps === 'deep' ? `深的模型低 ${n.gained}` : n.inSteps === 'shallow' ? `深的模型反而高 ${n.gained}` : '差别没有超出噪声'}。但四层用了
          ${n.times[1]}，一层只用了 ${n.times[0]}。一层训练三倍的步数，用时 ${n.times[2]}，损失降到 ${n.losses[2]}，${n.inTime === 'deep' ? '仍不如四层' : n.inTime === 'shallow' ? '比四层还好' : '在噪声范围内与四层一样好'}。`,
        why: html`四层的一步用时是一层的 ${n.slower} 倍（前者 ${n.stepTimes[1]}，后者 ${n.stepTimes[0]}），因为每个词元前向、反向都要穿过所有的层。${n.lessThanLayers ? '不到四倍，是因为嵌入层、输出层等部分两者都有。' : ''}换来的是：第二层可以在第一层的发现之上继续，所以每一步学到的更多。两者哪个更要紧，就看上面的两种比较。`,
        change: html`训练初期，一层模型多走几步收获最大；往后它的曲线会变平，因为 ${n.parameters[0]} 个参数装得下的，比 ${n.parameters[1]} 个少。训练得越久，深度就越值得。下面有一项让四层也训练三倍的步数。`,
        misleads: html`${n.took > 1.25 ? '步数三倍的一层比四层用时更多，这样比较偏向一层。' : n.took < 0.8 ? '步数三倍的一层比四层用时更少，这样比较偏向四层。' : '两者在这里用时相近，换一台机器就未必如此。'}用时中还包括途中的测量；而且这台机器是一件一件地算。这样小的矩阵，GPU 根本用不满，在那里更大的层不会像在这里这样费时。`,
      };
    },
  },
  variations: [
    { id: 'two', name: { en: '2 layers', zh: '2 层' }, ask: { en: 'What about two layers?', zh: '两层呢？' }, patch: { model: { n_layers: 2 } } },
    {
      id: 'wide',
      name: { en: '1 layer, twice as wide', zh: '1 层，宽度加倍' },
      ask: { en: 'One layer, but twice as wide, with about as many weights in its layers as four have?', zh: '一层，但宽度加倍，层内的权重与四层合计差不多呢？' },
      patch: { model: { n_layers: 1, d_model: 192, d_ff: 512 } },
    },
    {
      id: 'four-long',
      name: { en: '4 layers, 3 times as long', zh: '4 层，步数三倍' },
      ask: { en: 'Four layers with three times the steps?', zh: '四层也训练三倍的步数？' },
      patch: { model: { n_layers: 4 }, training: { steps: 3 * STEPS } },
    },
  ],
  compared: ['validation_loss', 'duration', 'step_time', 'trainable_parameters'],
  check: {
    ask: {
      en: 'A chart over steps shows a deep model below a shallow one all the way. You may use one machine for one hour. Which of the two do you take?',
      zh: '一张以步数为横轴的图中，深模型的损失始终低于浅模型。你有一台机器，可以用一个小时。该选哪一个？',
    },
    options: [
      {
        text: { en: 'The deep one: it is lower everywhere.', zh: '深的：它处处更低。' },
        right: false,
        because: {
          en: 'Lower after the same number of steps. In an hour it makes fewer of them, and where the two then stand, this chart does not say.',
          zh: '那是步数相同时更低。一小时里它走的步数更少，到时两者各在哪里，这张图没有说。',
        },
      },
      {
        text: { en: 'The one that is lower after an hour: the chart must be read over time.', zh: '一小时后更低的那个：要以时间为横轴来比。' },
        right: true,
        because: {
          en: 'Multiply each model’s steps by its time for a step, and compare both at the end of the hour.',
          zh: '把各自的步数乘以每步用时，再比较一小时结束时的损失。',
        },
      },
      {
        text: { en: 'The shallow one: it makes more steps.', zh: '浅的：它走的步数更多。' },
        right: false,
        because: {
          en: 'More steps are worth something only if they bring the loss lower. A shallow model may flatten long before the hour is over.',
          zh: '多走的步要能降低损失才有价值。浅模型的曲线也许早早就变平了。',
        },
      },
    ],
  },
};
