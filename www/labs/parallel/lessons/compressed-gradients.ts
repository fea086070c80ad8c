/** Gradients in fewer bytes, and what that does to learning. */
import { html } from 'lit';
import { finishedRun, noiseOf, type Facts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import '../diagrams/top-k-diagram';
import { small } from './base';
import { coresNote } from './cores';
import { errorFeedback } from './formulas';
import { metricOf, stepTime, tell } from './measured';

const STEPS = 16;
const WHOLE: LessonRun = { id: 'float32', name: { en: 'float32', zh: 'float32' }, patch: {} };
const TOP: LessonRun = { id: 'top-k', name: { en: 'only the largest', zh: '只发最大的' }, patch: { communication: { compression: 'top_k' } } };

/** Validation losses this near to each other are as good. */
const AS_GOOD = 0.02;

function curve(view: ExperimentView) {
  const run = finishedRun(view, TOP);
  if (!run || run.spec.training.steps !== STEPS || run.spec.communication.top_k_percent !== 5) return null;
  const { steps, values } = run.curve('loss');
  return { points: steps.map((x, i) => ({ x, y: values[i]! })), noise: noiseOf(run) };
}

/** The numbers that both languages speak of. */
function numbers(facts: Facts) {
  const { view, words, format } = facts;
  const [whole, top] = [finishedRun(view, WHOLE), finishedRun(view, TOP)];
  if (!whole || !top) return null;
  const sent = [metricOf(whole, 'bytes_sent'), metricOf(top, 'bytes_sent')];
  const ends = [metricOf(whole, 'validation_loss'), metricOf(top, 'validation_loss')];
  const took = [stepTime(view, whole), stepTime(view, top)];
  if (!sent[0] || !sent[1] || !ends[0] || !ends[1] || !took[0] || !took[1] || sent[1].value === 0) return null;
  const others = view.runs.flatMap((run) => {
    const [bytes, loss] = [metricOf(run, 'bytes_sent'), metricOf(run, 'validation_loss')];
    const apart = run !== whole && run !== top && run.status === 'finished';
    return apart && bytes && loss && bytes.value > 0 ? [{ name: run.name, nth: format.short(sent[0]!.value / bytes.value), loss: tell(words, loss) }] : [];
  });
  const difference = ends[1].value - ends[0].value;
  return {
    percent: format.plain(top.spec.communication.top_k_percent),
    sent: [tell(words, sent[0]), tell(words, sent[1])],
    nth: format.short(sent[0].value / sent[1].value),
    ends: [tell(words, ends[0]), tell(words, ends[1])],
    learned: Math.abs(difference) < AS_GOOD ? ('as-much' as const) : difference > 0 ? ('less' as const) : ('more' as const),
    gap: format.lossGap(ends[1].value, ends[0].value),
    trained: [format.loss(whole.curve('loss').values.at(-1) ?? NaN), format.loss(top.curve('loss').values.at(-1) ?? NaN)],
    took: [tell(words, took[0]), tell(words, took[1])],
    pace: took[1].value < 0.95 * took[0].value ? ('faster' as const) : took[1].value > 1.02 * took[0].value ? ('slower' as const) : ('alike' as const),
    modelled: took[0].modelled,
    others,
  };
}

export const compressedGradients: Lesson = {
  id: 'compressed-gradients',
  section: '15.4',
  minutes: 6,
  title: { en: 'Fewer bytes', zh: '压缩梯度' },
  question: { en: 'Can a model learn from a twentieth of its gradient?', zh: '只用二十分之一的梯度，模型还能学习吗？' },
  stakes: {
    en: html`<tinyai-term name="replica">Replicas</tinyai-term> far from each other spend their time on sending <tinyai-term name="gradient">gradients</tinyai-term>. Most of these numbers are close to zero.`,
    zh: html`相距较远的<tinyai-term name="replica">副本</tinyai-term>，时间都花在发送<tinyai-term name="gradient">梯度</tinyai-term>上；而各<tinyai-term name="process">进程（rank）</tinyai-term>的梯度中，大多数数值接近零。`,
  },
  base: small({ mesh: { data: 2 }, training: { steps: STEPS }, communication: { top_k_percent: 5 } }),
  runs: [WHOLE, TOP],
  controls: ['communication.top_k_percent', 'mesh.data', 'training.learning_rate', 'training.batch_size', 'training.steps'],
  diagram: () => html`<tinyai-top-k-diagram></tinyai-top-k-diagram>`,
  predict: {
    kind: 'curve',
    ask: {
      en: 'With whole gradients, the training loss falls from 5.6 to about 3.7 in sixteen steps. Now the replicas send only the largest 5% of the elements. Draw how the training loss falls.',
      zh: '发送完整的梯度时，16 步内训练损失从 5.6 降到约 3.7。现在副本之间只发送最大的 5% 的元素。画出训练损失怎样下降。',
    },
    axes: { en: { steps: STEPS, low: 3, high: 6, start: 5.6 }, zh: { steps: STEPS, low: 3, high: 6, start: 5.6 } },
    beside: [{ name: { en: 'with whole gradients, at the end', zh: '发送完整梯度时的终点' }, loss: { en: 3.7, zh: 3.7 } }],
    outcome: curve,
  },
  hero: { kind: 'curves' },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`Sending the largest ${n.percent}% took ${n.sent[1]} in a step instead of ${n.sent[0]}, 1/${n.nth} of it. The training loss of the last step was ${n.trained[1]}, with whole gradients ${n.trained[0]}.
          The validation loss, on other text, ended at ${n.ends[1]}; with whole gradients it
          ended at
          ${n.ends[0]}.${{
            'as-much': ' After so few steps, that is as much learned.',
            less: ` That is ${n.gap} behind, for so few bytes.`,
            more: ` That is even ${n.gap} better here, which is luck of these few steps.`,
          }[n.learned]}`,
        why: html`An element that is sent costs twice as many bytes as before, since its place has to be sent with it. What is not sent is not lost: each rank keeps the remainder and adds it to
          its next gradient, ${errorFeedback}. A small element that points the same way in every step grows there, until it is among the largest. It comes late, but it comes.`,
        change: html`${n.others.length > 0
            ? html`Beside float32: ${n.others.map(({ name, nth, loss }, i) => html`${i > 0 ? '; ' : ''}${name} sent 1/${nth} of the bytes and ended at ${loss}`)}.`
            : html`float16 takes half of the bytes, int8 about a quarter, and both round every element instead of leaving most of them out: try them below.`}
          The fewer elements are sent, the later they come, and at a high learning rate late gradients point the wrong way.`,
        misleads: html`A step took ${n.took[1]} instead of ${n.took[0]}${n.modelled ? ' (modelled)' : ''}: ${n.pace === 'faster'
            ? 'faster even here'
            : `${n.pace === 'slower' ? 'slower' : 'hardly faster'}, since here a message is a copy in memory, while choosing the largest elements is work`}. ${n.pace === 'faster' ? 'Over a network, more is gained.' : 'Over a network it is the other way round.'}
          These are the first steps, when most of the gradient is still being kept back. Over thousands of them, runs that send only 0.1% were reported to lose little, with momentum taken care of and a
          gentle start (Lin et al. 2018). ${coresNote.en(facts.view)}`,
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`只发送最大的 ${n.percent}%，每步发送 ${n.sent[1]}，而不是 ${n.sent[0]}，只有 1/${n.nth}。最后一步的训练损失为 ${n.trained[1]}，发送完整梯度时为 ${n.trained[0]}；在另一段文本上测得的最终验证损失为 ${n.ends[1]}，发送完整梯度时为
          ${n.ends[0]}。${
            {
              'as-much': '在这么少的步数里，学到的一样多。',
              less: `落后 ${n.gap}，但字节少了这么多。`,
              more: `这里甚至还好 ${n.gap}，不过那只是这几步的偶然。`,
            }[n.learned]
          }`,
        why: html`发送一个元素所需的字节是原来的两倍，因为还要发送它的位置。没有发送的并未丢失：每个进程把余量留下，加到下一步的梯度里，${errorFeedback}。某个元素即使很小，只要每一步都指向同一方向，就会越积越大，直到成为最大的之一。它来得晚，但终究会来。`,
        change: html`${n.others.length > 0
            ? html`与 float32 相比：${n.others.map(({ name, nth, loss }, i) => html`${i > 0 ? '；' : ''}“${name}”只发送 1/${nth} 的字节，验证损失为 ${loss}`)}。`
            : html`float16 只要一半字节，int8 约四分之一，两者都对每个元素取近似，而不是舍去大部分元素，可以在下面试一试。`}发送的元素越少，其余的就来得越晚；学习率很高时，迟到的梯度会指错方向。`,
        misleads: html`一步用时 ${n.took[1]}，原来是 ${n.took[0]}${n.modelled ? '（模型推算）' : ''}：${n.pace === 'faster'
            ? '在这里也变快了'
            : `${n.pace === 'slower' ? '反而变慢' : '几乎没有变快'}，因为这里的消息只是内存中的一次复制，而挑出最大的元素却要花时间`}。${n.pace === 'faster' ? '经过网络时收获更大。' : '经过网络时则相反。'}这里只有最初几步，大部分梯度还留着没有发送。训练几千步之后，只要处理好动量、开头放缓，据报道只发 0.1% 也几乎没有损失（Lin 等，2018）。${coresNote.zh(facts.view)}`,
      };
    },
  },
  variations: [
    { id: 'float16', name: { en: 'float16', zh: 'float16' }, ask: { en: 'Every element, in half of the bytes?', zh: '发送每个元素，只用一半字节？' }, patch: { communication: { compression: 'float16' } } },
    { id: 'int8', name: { en: 'int8', zh: 'int8' }, ask: { en: 'Every element, in a byte?', zh: '发送每个元素，只用一个字节？' }, patch: { communication: { compression: 'int8' } } },
    {
      id: 'top-half-percent',
      name: { en: 'the largest 0.5%', zh: '最大的 0.5%' },
      ask: { en: 'Only the largest 0.5%?', zh: '只发最大的 0.5%？' },
      patch: { communication: { compression: 'top_k', top_k_percent: 0.5 } },
    },
  ],
  compared: ['bytes_sent', 'validation_loss', 'loss', 'step_time', 'peak_memory'],
  check: {
    ask: {
      en: 'Two replicas send the largest 5% and throw the rest away, instead of keeping it for the next step. What happens to an element that is small in every step?',
      zh: '两个副本只发送最大的 5%，其余的直接丢掉，而不是留到下一步。每一步都很小的元素会怎样？',
    },
    options: [
      {
        text: { en: 'It is sent later, when it has added up.', zh: '积累够了，以后会发送。' },
        right: false,
        because: { en: 'It cannot add up if it is thrown away: the remainder is what does that.', zh: '丢掉了就无从积累，积累靠的正是余量。' },
      },
      {
        text: { en: 'It is never sent, so its weight never learns.', zh: '永远不会发送，对应的权重也就不学习。' },
        right: true,
        because: { en: 'In every step, others are larger. Error feedback is there for just this.', zh: '每一步都有比它大的。误差反馈正是为此而设。' },
      },
      {
        text: { en: 'Nothing: small elements do not matter.', zh: '没有影响，小的元素无关紧要。' },
        right: false,
        because: { en: 'Small in every step, but always in the same direction, adds up to a long way.', zh: '每一步虽小，只要方向一致，积累起来就很可观。' },
      },
    ],
  },
};
