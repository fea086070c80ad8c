/** Data parallelism: replicas that see parts of a batch, and learn as one that sees all of it. */
import { html } from 'lit';
import { ranksOf } from '../../../engine/spec/patch';
import { quantity } from '../../../shell/figures/quantity';
import { finishedRun, type Facts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import type { RunView } from '../../../shell/store/run-view';
import '../diagrams/replicas-diagram';
import { largestDifference } from '../losses';
import { ONE_RANK, small } from './base';
import { coresNote } from './cores';
import { meanGradient, ringShare } from './formulas';
import { bytesSent, stepTime, tell } from './measured';

const ALONE: LessonRun = { id: 'alone', name: { en: 'one rank', zh: '单进程' }, patch: ONE_RANK };
const REPLICAS: LessonRun = { id: 'replicas', name: { en: 'replicas', zh: '数据并行' }, patch: {} };

/** Losses that differ by less than this share are the same but for rounding. */
const ROUNDING = 1e-3;

/** How far the losses of two runs are apart at most, as a share of the second's. */
const apart = (run: RunView, from: RunView): number => largestDifference(from.curve('loss'), run.curve('loss'))?.relative ?? 0;

const meanLoss = (run: RunView): number => {
  const { values } = run.curve('loss');
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
};

function came(view: ExperimentView): string | null {
  const [alone, replicas] = [finishedRun(view, ALONE), finishedRun(view, REPLICAS)];
  if (!alone || !replicas || alone.spec.training.batch_size !== replicas.spec.training.batch_size) return null;
  if (apart(replicas, alone) < ROUNDING) return 'same';
  return meanLoss(replicas) > meanLoss(alone) ? 'above' : 'below';
}

/** The numbers that both languages speak of. */
function numbers(facts: Facts) {
  const { view, words, format } = facts;
  const [alone, replicas] = [finishedRun(view, ALONE), finishedRun(view, REPLICAS)];
  if (!alone || !replicas) return null;
  const [one, all] = [stepTime(view, alone), stepTime(view, replicas)];
  const parameters = replicas.figure('trainable_parameters');
  if (!one || !all || !parameters) return null;
  const ranks = ranksOf(replicas.spec);
  const sent = bytesSent(replicas, 0, 'all_reduce');
  const half = facts.run('half');
  const difference = apart(replicas, alone);
  return {
    ranks,
    sequences: format.count(replicas.spec.training.batch_size / ranks),
    same: difference < ROUNDING,
    difference: quantity(replicas.name, 'loss_difference', difference, format.relative(difference)),
    losses: [facts.run('alone')!.tell('validation_loss'), facts.run('replicas')!.tell('validation_loss')],
    sent: format.size(sent),
    gradients: format.size(4 * parameters.value),
    share: sent / (4 * parameters.value),
    expected: format.short((2 * (ranks - 1)) / ranks),
    half: half && { loss: half.tell('validation_loss'), worse: (half.metric('validation_loss') ?? 0) > (alone.figure('validation_loss')?.value ?? 0) },
    times: [tell(words, one), tell(words, all)],
    modelled: all.modelled,
    threads: view.environment?.threads ?? 1,
  };
}

export const dataParallel: Lesson = {
  id: 'data-parallel',
  section: '15.4',
  minutes: 5,
  title: { en: 'Data parallel', zh: '数据并行' },
  question: { en: 'Do two half-blind copies learn what one sees whole?', zh: '两个副本各看半批数据，学到的和看全批的一样吗？' },
  stakes: {
    en: html`Every large model was trained by <tinyai-term name="replica">replicas</tinyai-term> that each saw a small part of every batch. It works only if the parts add up to the whole.`,
    zh: html`大模型都由许多<tinyai-term name="replica">副本</tinyai-term>共同训练：每个<tinyai-term name="process">进程（rank）</tinyai-term>持有一个副本，只看每批数据的一小部分。只有各部分合起来等于整体，这样训练才行得通。`,
  },
  base: small({ mesh: { data: 2 }, training: { steps: 12 } }),
  runs: [ALONE, REPLICAS],
  controls: ['mesh.data', 'training.batch_size', 'training.learning_rate', 'communication.algorithm', 'training.steps'],
  diagram: () => html`<tinyai-replicas-diagram></tinyai-replicas-diagram>`,
  predict: {
    kind: 'choice',
    ask: {
      en: html`Two replicas share each batch of eight sequences, four for each. Where does their loss curve run, compared with one <tinyai-term name="process">rank</tinyai-term> that sees all eight?`,
      zh: '每批 8 条序列，两个副本各看 4 条。与看全部 8 条的单进程相比，它们的损失曲线在哪里？',
    },
    options: [
      { id: 'above', text: { en: 'above it: each replica learns from half of the data', zh: '在它上方：每个副本只从一半的数据中学习' } },
      { id: 'same', text: { en: 'exactly on it', zh: '与它完全重合' } },
      { id: 'below', text: { en: 'below it: two models learn more than one', zh: '在它下方：两个模型学得比一个多' } },
    ],
    outcome: came,
  },
  hero: { kind: 'curves' },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: n.same
          ? html`The two curves lie on each other: the losses of ${n.ranks} replicas are never off those of one rank by more than ${n.difference}, which is rounding. The
            validation losses are ${n.losses[1]} and ${n.losses[0]}.`
          : html`The curves are apart by up to ${n.difference}, more than rounding explains: the two runs no longer see the same batches, or no longer start alike. They end at a
            validation loss of ${n.losses[1]} and ${n.losses[0]}.`,
        why: html`The gradient of a batch is the mean of the gradients of its parts: ${meanGradient}. So each replica computes that of its ${n.sequences} sequences, an
          all-reduce sums them, and every replica takes the same step from the same weights. Not one of them is half blind. The sum has a price: rank 0 sent ${n.sent} in every
          step, ${Math.abs(n.share - 1) < 0.02 ? 'as much as' : `${facts.format.short(n.share)} times`} its ${n.gradients} of gradients. In a ring of n ranks it is ${ringShare} times, here ${n.expected}.`,
        change: html`Without the sum, each replica would be a run of its own on less data.
          ${n.half
            ? html`The one that saw half of each batch ended at ${n.half.loss}, ${n.half.worse ? 'worse' : 'no worse this time, by the luck of its batches'}.`
            : html`Try that below.`}
          However many replicas there are, each sends less than twice its gradients, since ${ringShare} never reaches 2. A larger batch makes computing longer and the message not: that is how
          data parallelism pays.`,
        misleads: html`${coresNote.en(facts.view)}A step took ${n.times[0]} on one rank and ${n.times[1]} on
          ${n.ranks}${n.modelled ? ' (modelled)' : ''}.${n.threads > 1
            ? ` But the run on one rank used ${n.threads} threads, which replicas here do not have: that is no measure of the speed-up.`
            : ''} Between real devices the message crosses a network many times slower than this memory.`,
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: n.same
          ? html`两条曲线重合：${n.ranks} 个副本的损失与单进程最多只差 ${n.difference}，只是舍入误差。验证损失分别为 ${n.losses[1]} 和 ${n.losses[0]}。`
          : html`两条曲线最多相差 ${n.difference}，已不是舍入误差所能解释：两次运行看到的批次或起点已经不同。验证损失分别为 ${n.losses[1]} 和 ${n.losses[0]}。`,
        why: html`一批数据的梯度，等于它各部分梯度的平均：${meanGradient}。每个副本先算自己那 ${n.sequences} 条序列的梯度，再用 all-reduce（全规约）求和，于是所有副本从同样的权重出发，走出同样的一步，没有哪个只看到一半。求和有代价：每一步 0 号进程发送 ${n.sent}，是 ${n.gradients} 梯度的 ${facts.format.short(n.share)} 倍。n 个进程排成环，各发送 ${ringShare} 倍，这里是 ${n.expected} 倍。`,
        change: html`如果不求和，每个副本就是一个数据更少的独立运行。${n.half
            ? html`只看半批的那次运行，验证损失为 ${n.half.loss}，${n.half.worse ? '更差' : '这一次碰巧没有更差'}。`
            : html`可以在下面试一试。`}
          副本再多，每个进程发送的也不到自己梯度的 2 倍，因为 ${ringShare} 总小于 2。增大批大小，计算变长而消息不变：数据并行正是这样才划算。`,
        misleads: html`${coresNote.zh(facts.view)}单进程每步用时 ${n.times[0]}，${n.ranks} 个进程${n.modelled ? '（模型推算）' : ''}为
          ${n.times[1]}。${n.threads > 1 ? `但单进程用了 ${n.threads} 个线程，而每个副本只有一个，所以不能由此得出加速比。` : ''}在真实的设备之间，消息要经过比这里的内存慢得多的网络。`,
      };
    },
  },
  variations: [
    { id: 'four', name: { en: '4 replicas', zh: '4 个副本' }, ask: { en: 'And with four replicas?', zh: '如果有四个副本呢？' }, patch: { mesh: { data: 4 } } },
    {
      id: 'half',
      name: { en: 'half a batch, alone', zh: '单独看半批' },
      ask: { en: 'One rank that sees half of each batch, and nobody sums?', zh: '一个进程只看半批，也不求和呢？' },
      patch: { ...ONE_RANK, training: { ...ONE_RANK.training, batch_size: 4 } },
    },
    {
      id: 'tree',
      name: { en: '4 replicas, tree', zh: '4 个副本，树' },
      ask: { en: 'Four that sum along a tree instead of a ring?', zh: '四个副本沿树而不是沿环求和？' },
      patch: { mesh: { data: 4 }, communication: { algorithm: 'tree' } },
    },
  ],
  compared: ['ranks', 'validation_loss', 'bytes_sent', 'peak_memory', 'step_time'],
  check: {
    ask: {
      en: 'A batch of 512 sequences is trained on by 8 replicas, then by 64. What changes in what the model learns?',
      zh: '一批 512 条序列，先由 8 个副本训练，再由 64 个副本训练。模型学到的东西会有什么变化？',
    },
    options: [
      {
        text: { en: 'It learns less in each step: every replica sees only 8 sequences.', zh: '每一步学得更少：每个副本只看 8 条序列。' },
        right: false,
        because: {
          en: 'Each sees fewer, but the sum over all replicas is still the gradient of all 512.',
          zh: '每个副本看得少了，但全体求和之后，仍是 512 条序列的梯度。',
        },
      },
      {
        text: { en: 'Nothing, but for rounding.', zh: '除了舍入误差，没有变化。' },
        right: true,
        because: {
          en: 'The batch is the same, so its mean gradient is the same. Only if the batch grew with the replicas would learning change.',
          zh: '批次相同，平均梯度也就相同。只有批大小随副本数一起增大，学习过程才会改变。',
        },
      },
      {
        text: { en: 'It learns eight times as fast.', zh: '学习速度变成八倍。' },
        right: false,
        because: {
          en: 'Each step may be done sooner, but it is the same step: the loss after 100 steps is the same.',
          zh: '每一步也许完成得更快，但仍是同样的一步：100 步之后，损失相同。',
        },
      },
    ],
  },
};
