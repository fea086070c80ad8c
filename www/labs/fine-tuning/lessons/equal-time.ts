/** LoRA beside full fine-tuning in as many steps, and in as much time: what is cheaper per step may still be behind. */
import { html } from 'lit';
import type { TargetModule } from '../../../types/generated/TargetModule';
import '../../../shell/lesson/glossary/term';
import { finishedRun, noiseAmong, type Facts, type RunFacts } from '../../../shell/lesson/facts';
import type { Claim, Explanation, Lesson, LessonRun, Patch } from '../../../shell/lesson/lesson';
import type { Outcome } from '../../../shell/lesson/prediction/question';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import type { RunView } from '../../../shell/store/run-view';
import '../diagrams/time-diagram';
import { LR, pair, stepWork } from './base';

const [STEPS, SECONDS] = [100, 8] as const;
const FULL: Patch = { fine_tuning: { method: 'full' }, training: { learning_rate: LR.full } };
const timed = (patch: Patch, seconds: number): Patch => ({ ...patch, training: { ...patch.training, seconds } });

const FULL_STEPS: LessonRun = { id: 'full-steps', name: { en: `full, ${STEPS} steps`, zh: `全参数，${STEPS} 步` }, patch: FULL };
const LORA_STEPS: LessonRun = { id: 'lora-steps', name: { en: `LoRA, ${STEPS} steps`, zh: `LoRA，${STEPS} 步` }, patch: {} };
const FULL_TIME: LessonRun = { id: 'full-time', name: { en: `full, ${SECONDS} s`, zh: `全参数，${SECONDS} 秒` }, patch: timed(FULL, SECONDS) };
const LORA_TIME: LessonRun = { id: 'lora-time', name: { en: `LoRA, ${SECONDS} s`, zh: `LoRA，${SECONDS} 秒` }, patch: timed({}, SECONDS) };

/** Steps that a run did. */
const stepsOf = (run: RunView): number => run.curve('loss').steps.at(-1) ?? 0;
/** What its steps took, in seconds. */
const trained = (run: RunView): number => run.curve('step_milliseconds').values.reduce((sum, value) => sum + value, 0) / 1000;

/** How many steps LoRA did for each one of full fine-tuning in the same time. */
function pace(view: ExperimentView): Outcome | null {
  const [full, lora] = [finishedRun(view, FULL_TIME), finishedRun(view, LORA_TIME)];
  if (!full || !lora || stepsOf(full) === 0 || stepsOf(lora) === 0) return null;
  const value = stepsOf(lora) / stepsOf(full);
  const [slow, fast] = [full.figure('step_time')?.spread, lora.figure('step_time')?.spread];
  return { value, spread: slow && fast ? [Math.min(value, slow[0] / fast[1]), Math.max(value, slow[1] / fast[0])] : null };
}

/** How LoRA ended beside full fine-tuning. */
function compared(full: RunFacts, lora: RunFacts) {
  const gap = lora.metric('validation_loss')! - full.metric('validation_loss')!;
  const noise = noiseAmong([full.view, lora.view]);
  return { gap, noise, ended: gap > noise ? ('behind' as const) : gap < -noise ? ('ahead' as const) : ('alike' as const) };
}

function numbers(facts: Facts) {
  const runs = [FULL_STEPS, LORA_STEPS, FULL_TIME, LORA_TIME].map(({ id }) => facts.run(id));
  if (runs.some((run) => run?.metric('validation_loss') == null || run.metric('trainable_parameters') === null || stepsOf(run.view) === 0)) return null;
  const all = runs as [RunFacts, RunFacts, RunFacts, RunFacts];
  const [fullSteps, loraSteps, fullTime, loraTime] = all;
  const { count, times, lossGap, duration, wholePercent, plain } = facts.format;
  const [bySteps, byTime] = [compared(fullSteps, loraSteps), compared(fullTime, loraTime)];
  const loss = (run: RunFacts): number => run.metric('validation_loss')!;
  const ratio = stepsOf(loraTime.view) / stepsOf(fullTime.view);
  return {
    steps: count(stepsOf(fullSteps.view)),
    seconds: plain(fullTime.view.spec.training.seconds),
    done: [count(stepsOf(fullTime.view)), count(stepsOf(loraTime.view))],
    took: [duration(trained(fullTime.view)), duration(trained(loraTime.view))],
    ratio: times(ratio),
    faster: ratio > 1.05,
    losses: all.map((run) => run.tell('validation_loss')),
    bySteps: bySteps.ended,
    byTime: byTime.ended,
    gaps: [lossGap(loss(loraSteps), loss(fullSteps)), lossGap(loss(loraTime), loss(fullTime))],
    /** Of a LoRA that is behind by steps: what its further steps brought. */
    madeUp: byTime.ended !== 'behind' ? ('all' as const) : bySteps.gap - byTime.gap > Math.max(bySteps.noise, byTime.noise) ? ('part' as const) : ('nothing' as const),
    one: count(fullSteps.metric('trainable_parameters')! / loraSteps.metric('trainable_parameters')!),
    /** The chapter says a fifth more. */
    claimed: (ratio >= 1.15 ? 'holds' : ratio > 1.05 ? 'partly' : 'fails') as Claim['verdict'],
    work: wholePercent(stepWork(loraTime.view.spec.fine_tuning.lora)),
    rank: plain(loraTime.view.spec.fine_tuning.lora.rank),
  };
}

const ATTENDED: TargetModule[] = ['q_proj', 'v_proj'];

export const equalTime: Lesson = {
  id: 'equal-time',
  section: '15.1',
  minutes: 6,
  title: { en: 'By steps, by time', zh: '比步数，比时间' },
  question: { en: 'Which learns more in the same time, LoRA or full fine-tuning?', zh: '在同样的时间里，LoRA 和全参数微调哪个学得更多？' },
  stakes: {
    en: html`Methods are mostly compared after as many steps. But what one pays for is time, and a step of <tinyai-term name="lora">LoRA</tinyai-term> is cheaper than one of <tinyai-term name="full-fine-tuning">full fine-tuning</tinyai-term>.`,
    zh: html`比较微调方法时，通常让它们训练同样多的步数。但真正付出的是时间，而 <tinyai-term name="lora">LoRA</tinyai-term> 每一步的代价比<tinyai-term name="full-fine-tuning">全参数微调</tinyai-term>小。`,
  },
  base: (language) =>
    pair(language, {
      fine_tuning: { method: 'lora', lora: { rank: 4, alpha: 8 } },
      training: { steps: STEPS, batch_size: 4, learning_rate: LR.lora },
      evaluation: { every: 20, tokens: 1024, sample_tokens: 32 },
    }),
  runs: [FULL_STEPS, LORA_STEPS, FULL_TIME, LORA_TIME],
  controls: ['fine_tuning.lora.rank', 'fine_tuning.lora.target_modules', 'training.batch_size', 'data.context', 'training.steps'],
  diagram: () => html`<tinyai-time-diagram></tinyai-time-diagram>`,
  predict: {
    kind: 'number',
    ask: {
      en: html`LoRA with <tinyai-term name="rank">rank</tinyai-term> 4 trains only about one parameter in thirty to forty. In the time in which full fine-tuning takes one step, how many does LoRA take?`,
      zh: html`<tinyai-term name="rank">秩</tinyai-term>为 4 时，LoRA 只训练约三四十分之一的参数。全参数微调走一步的时间里，LoRA 能走几步？`,
    },
    unit: 'times',
    scale: { from: 0.5, to: 50, step: 0.1, logarithmic: true },
    ends: { en: ['half a step', '50 steps'], zh: ['半步', '50 步'] },
    outcome: pace,
  },
  hero: { kind: 'curves' },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      const ended = (which: 'behind' | 'ahead' | 'alike', gap: string): string =>
        ({ behind: `LoRA is ${gap} nats behind`, ahead: `LoRA is ${gap} nats ahead`, alike: 'no difference beyond the noise' })[which];
      return {
        happened: html`After ${n.steps} steps each, full fine-tuning was at ${n.losses[0]} and LoRA at ${n.losses[1]}: ${ended(n.bySteps, n.gaps[0]!)}. Given ${n.seconds} seconds each, LoRA took ${n.done[1]} steps and full
          fine-tuning ${n.done[0]}, ${n.ratio} steps for each of its own, and they ended at ${n.losses[3]} and ${n.losses[2]}: ${ended(n.byTime, n.gaps[1]!)}.
          ${n.bySteps !== 'behind'
            ? 'By steps LoRA was not behind, so time had nothing to make up for.'
            : { all: 'What it lacked by steps, it made up for in time.', part: 'Its further steps made up for part of what it lacked, not for all.', nothing: 'Its further steps did not make up for what it lacked.' }[n.madeUp]}`,
        why: html`Full fine-tuning multiplies three times by each weight: forward, back to the inputs, and once more for the <tinyai-term name="gradient">gradient</tinyai-term> of the weight itself. For a
          <tinyai-term name="frozen">frozen</tinyai-term> weight only the third is gone. With what the pairs add, ${n.work} of the multiplications in the projections remain at rank ${n.rank}, although only one parameter in ${n.one} learns.
          ${n.faster
            ? html`That is why LoRA took ${n.ratio} times as many steps, and not ${n.one} times. Each of them moves the weights in few directions only.`
            : html`Here its steps were hardly faster, or not at all: the small products with the pairs take more time than their multiplications say.`}`,
        change: html`In a wider model the pairs are a smaller part of the work, and LoRA comes near to one and a half times as many steps; with a high rank in so narrow a model it can be slower than full fine-tuning. Over several
          machines it gains more: only the gradients of the pairs have to be sent. And where full fine-tuning does not fit into memory, there is nothing to compare.`,
        misleads: html`The times are those of this machine while other things may have been going on: the steps of the timed runs took ${n.took[0]} and ${n.took[1]}. How many fit was measured before, and each
          run’s <tinyai-term name="learning-rate">learning rate</tinyai-term> falls over its own number of steps, so that a timed run is not the other one cut short. One seed; and equal times favour LoRA only
          as long as there is new text to read.`,
        claims: [
          {
            says: 'LoRA trains about 1.2 times as fast, 20% more; elsewhere in the section, about as fast as full fine-tuning.',
            measured: html`Here it took ${n.ratio} times as many steps in the same time. At most a third of the multiplications goes, so that by them 1.5 is the limit.`,
            verdict: n.claimed,
          },
        ],
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      const ended = (which: 'behind' | 'ahead' | 'alike', gap: string): string => ({ behind: `LoRA 落后 ${gap} nat`, ahead: `LoRA 领先 ${gap} nat`, alike: '差别没有超出噪声' })[which];
      return {
        happened: html`各训练 ${n.steps} 步，全参数微调的损失为 ${n.losses[0]}，LoRA 为 ${n.losses[1]}：${ended(n.bySteps, n.gaps[0]!)}。各训练 ${n.seconds} 秒，LoRA 走了 ${n.done[1]} 步，全参数微调走了 ${n.done[0]} 步，前者是后者的 ${n.ratio} 倍，损失分别为
          ${n.losses[3]} 和 ${n.losses[2]}：${ended(n.byTime, n.gaps[1]!)}。${n.bySteps !== 'behind'
          ? '步数相同时 LoRA 并未落后，所以没有什么要靠时间弥补。'
          : { all: '步数相同时落后的，在时间相同时追上了。', part: '多走的步弥补了一部分差距，但没有全部弥补。', nothing: '多走的步没有弥补差距。' }[n.madeUp]}`,
        why: html`全参数微调中，每个权重要参与三次乘法：前向计算一次，把梯度传回输入一次，求权重自身的<tinyai-term name="gradient">梯度</tinyai-term>一次。权重<tinyai-term name="frozen">冻结</tinyai-term>后，省去的只是第三次。秩为 ${n.rank} 时，加上 B、A 自己的乘法，投影层的乘法还剩 ${n.work}，尽管参与学习的参数只有 1/${n.one}。${n.faster
          ? html`所以 LoRA 走的步数是全参数微调的 ${n.ratio} 倍，而不是 ${n.one} 倍；而且它的每一步只能让权重朝少数几个方向移动。`
          : html`这里它的每一步几乎没有变快，甚至更慢：与 B、A 相乘的计算量虽小，小矩阵乘法的效率却很低。`}`,
        change: html`模型越宽，B、A 所占的计算就越少，LoRA 的步数就越接近全参数微调的一倍半；在这么窄的模型里，秩很高时它可能比全参数微调还慢。用多台机器训练时，LoRA 的优势更大：只需要发送 B、A 的梯度。如果内存根本放不下全参数微调，也就无从比较了。`,
        misleads: html`时间是在这台机器上测得的，它可能同时还在做别的事：两次限时的运行，训练步合计分别用了 ${n.took[0]}和 ${n.took[1]}。能走多少步是事先测算的；每次运行的<tinyai-term name="learning-rate">学习率</tinyai-term>都按自己的步数衰减，所以限时的运行并不是另一次运行的前一段。这里只用了一个随机种子；而且，只有文本还没读完，时间相同才对 LoRA 有利。`,
        claims: [
          {
            says: 'LoRA 的训练速度约为 1.2 倍，即提高 20%；同一节的另一处则说与全参数微调接近。',
            measured: html`这里在同样的时间内，LoRA 走的步数是全参数微调的 ${n.ratio} 倍。乘法最多省去三分之一，按乘法次数算，极限是 1.5 倍。`,
            verdict: n.claimed,
          },
        ],
      };
    },
  },
  variations: [
    { id: 'lora-double', name: { en: `LoRA, ${2 * SECONDS} s`, zh: `LoRA，${2 * SECONDS} 秒` }, ask: { en: 'LoRA in twice the time?', zh: 'LoRA，时间加倍？' }, patch: timed({}, 2 * SECONDS) },
    {
      id: 'rank-64',
      name: { en: `LoRA, rank 64, ${SECONDS} s`, zh: `LoRA，秩 64，${SECONDS} 秒` },
      ask: { en: `Rank 64 in ${SECONDS} seconds: does it take as many steps?`, zh: `秩 64，${SECONDS} 秒：还能走这么多步吗？` },
      patch: timed({ fine_tuning: { lora: { rank: 64, alpha: 32 } } }, SECONDS),
    },
    {
      id: 'q-v',
      name: { en: `LoRA, q and v, ${SECONDS} s`, zh: `LoRA，只用 q、v，${SECONDS} 秒` },
      ask: { en: `Pairs beside queries and values only, in ${SECONDS} seconds?`, zh: `只加在查询和值上，${SECONDS} 秒？` },
      patch: timed({ fine_tuning: { lora: { target_modules: ATTENDED } } }, SECONDS),
    },
  ],
  compared: ['validation_loss', 'step_time', 'duration', 'trainable_parameters', 'peak_memory'],
  check: {
    ask: {
      en: 'Full fine-tuning reaches a certain loss after 800 steps, LoRA after 1,000. A step of LoRA takes 70% of the time of a step of full fine-tuning. Which is there first?',
      zh: '全参数微调 800 步达到某个损失，LoRA 要 1000 步；LoRA 一步的用时是全参数微调的 70%。哪个先达到？',
    },
    options: [
      {
        text: { en: 'Full fine-tuning: it needs fewer steps.', zh: '全参数微调，它需要的步数更少。' },
        right: false,
        because: { en: 'Fewer, but each is longer: 800 of its steps take as long as 1,143 of LoRA’s.', zh: '步数少，但每一步更长：它的 800 步，相当于 LoRA 约 1143 步的时间。' },
      },
      {
        text: { en: 'LoRA: its 1,000 steps take as long as 700 of the other.', zh: 'LoRA，它的 1000 步只相当于另一种的 700 步。' },
        right: true,
        because: {
          en: 'By steps it is behind, by time ahead. A comparison has to say which of the two it means.',
          zh: '按步数它落后，按时间它领先。比较时要说清楚比的是哪一种。',
        },
      },
      {
        text: { en: 'LoRA, by far: it trains so few parameters.', zh: 'LoRA，而且早得多，因为它训练的参数很少。' },
        right: false,
        because: { en: 'It is there first, but only a little: 700 to 800. What a step costs does not follow from how many parameters learn.', zh: '先达到的确实是它，但只早一点：相当于 700 步对 800 步。一步用时多少，不取决于有多少参数参与学习。' },
      },
    ],
  },
};
