/** Each method wants a learning rate of its own: at that of full fine-tuning, LoRA looks worse than it is. */
import { html } from 'lit';
import '../../../shell/lesson/glossary/term';
import { finishedRun, lessonRun, noiseAmong, type Facts, type RunFacts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { CurveQuestion } from '../../../shell/lesson/prediction/question';
import '../diagrams/step-diagram';
import { firstStep, pair } from './base';

const [LOW, HIGH] = [0.0005, 0.005] as const;
const STEPS = 100;
const full = (id: string, learning_rate: number): LessonRun => ({ id, name: { en: `full, ${learning_rate}`, zh: `全参数，${learning_rate}` }, patch: { training: { learning_rate } } });
const lora = (id: string, learning_rate: number): LessonRun => ({
  id,
  name: { en: `LoRA, ${learning_rate}`, zh: `LoRA，${learning_rate}` },
  patch: { fine_tuning: { method: 'lora' }, training: { learning_rate } },
});
const [FULL_LOW, FULL_HIGH, LORA_LOW, LORA_HIGH] = [full('full-low', LOW), full('full-high', HIGH), lora('lora-low', LOW), lora('lora-high', HIGH)];

const drawn: CurveQuestion['outcome'] = (view) => {
  const run = finishedRun(view, LORA_LOW);
  if (!run) return null;
  const { steps, values } = run.curve('validation_loss');
  // All its points are of the same validation text.
  const noise = noiseAmong([FULL_LOW, LORA_LOW, LORA_HIGH].flatMap((each) => lessonRun(view, each) ?? []));
  return { points: steps.map((x, i) => ({ x, y: values[i]! })), noise };
};

/** Which of two runs ended lower; null: they cannot be told apart. */
function better(low: RunFacts, high: RunFacts): 'low' | 'high' | null {
  const [a, b] = [low.metric('validation_loss')!, high.metric('validation_loss')!];
  return Math.abs(a - b) <= noiseAmong([low.view, high.view]) ? null : a < b ? 'low' : 'high';
}

function numbers(facts: Facts) {
  const runs = [FULL_LOW, FULL_HIGH, LORA_LOW, LORA_HIGH].map(({ id }) => facts.run(id));
  if (runs.some((run) => run?.metric('validation_loss') == null)) return null;
  const [fullLow, fullHigh, loraLow, loraHigh] = runs as [RunFacts, RunFacts, RunFacts, RunFacts];
  const loss = (run: RunFacts): number => run.metric('validation_loss')!;
  const { plain, wholePercent, lossGap } = facts.format;
  const spec = loraLow.view.spec.fine_tuning.lora;
  const share = firstStep(spec);
  const bests = [Math.min(loss(fullLow), loss(fullHigh)), Math.min(loss(loraLow), loss(loraHigh))] as const;
  return {
    rates: [plain(LOW), plain(HIGH)],
    full: { prefers: better(fullLow, fullHigh), low: fullLow.tell('validation_loss'), high: fullHigh.tell('validation_loss') },
    lora: { prefers: better(loraLow, loraHigh), low: loraLow.tell('validation_loss'), high: loraHigh.tell('validation_loss') },
    /** How far LoRA is behind at the lower rate, and with each at its own. */
    behind: { same: loss(loraLow) - loss(fullLow), own: bests[1] - bests[0] },
    gaps: { same: lossGap(loss(loraLow), loss(fullLow)), own: lossGap(bests[1], bests[0]) },
    noise: noiseAmong([fullLow, loraLow, loraHigh].map(({ view }) => view)),
    share: wholePercent(share),
    scale: plain(spec.alpha / spec.rank),
  };
}

const formula = html`<math><mi>W</mi><mo>+</mo><mfrac><mi>α</mi><mi>r</mi></mfrac><mi>B</mi><mi>A</mi></math>`;

export const learningRate: Lesson = {
  id: 'learning-rate',
  section: '15.1',
  minutes: 5,
  title: { en: 'A rate for each', zh: '各用各的学习率' },
  question: { en: 'Do full fine-tuning and LoRA want the same learning rate?', zh: '全参数微调和 LoRA 该用同样的学习率吗？' },
  stakes: {
    en: html`Whoever compares two methods at one <tinyai-term name="learning-rate">learning rate</tinyai-term> compares, above all, how well that rate suits each of them.`,
    zh: html`用同一个<tinyai-term name="learning-rate">学习率</tinyai-term>比较两种方法，比出来的首先是这个学习率更适合谁。`,
  },
  base: (language) =>
    pair(language, {
      fine_tuning: { lora: { rank: 8, alpha: 16 } },
      training: { steps: STEPS, batch_size: 4, learning_rate: LOW },
      evaluation: { every: 10, tokens: 1024, sample_tokens: 32 },
    }),
  runs: [FULL_LOW, FULL_HIGH, LORA_LOW, LORA_HIGH],
  controls: ['fine_tuning.lora.rank', 'fine_tuning.lora.alpha', 'training.warmup_steps', 'training.batch_size', 'training.steps'],
  diagram: () => html`<tinyai-step-diagram></tinyai-step-diagram>`,
  predict: {
    kind: 'curve',
    ask: {
      en: html`At a learning rate of 0.0005, full fine-tuning ends at the dashed line. Draw how the <tinyai-term name="validation-loss">validation loss</tinyai-term> of
        <tinyai-term name="lora">LoRA</tinyai-term> falls at the same rate.`,
      zh: html`学习率为 0.0005 时，全参数微调最终降到虚线处。请画出学习率相同时，<tinyai-term name="lora">LoRA</tinyai-term> 的<tinyai-term name="validation-loss">验证损失</tinyai-term>会怎样下降。`,
    },
    axes: { en: { steps: STEPS, low: 1.4, high: 1.7 }, zh: { steps: STEPS, low: 4.5, high: 6.5 } },
    beside: [{ name: { en: 'full fine-tuning ends here', zh: '全参数微调最终在此' }, loss: { en: 1.46, zh: 4.9 } }],
    outcome: drawn,
  },
  hero: { kind: 'curves' },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      const prefers = (which: 'low' | 'high' | null): string => (which === null ? 'could not tell the two rates apart' : `ended lower at ${n.rates[which === 'low' ? 0 : 1]}`);
      return {
        happened: html`Full fine-tuning ${prefers(n.full.prefers)}: ${n.full.low} at ${n.rates[0]}, ${n.full.high} at ${n.rates[1]}. LoRA ${prefers(n.lora.prefers)}: ${n.lora.low} and ${n.lora.high}.
          ${n.behind.same > n.noise
            ? html`At ${n.rates[0]} LoRA is ${n.gaps.same} nats behind; with each at the better of its two rates, ${n.behind.own > n.noise
                ? `${n.gaps.own} nats remain`
                : n.behind.own < -n.noise
                  ? `it is ${n.gaps.own} nats ahead`
                  : 'the difference is within the noise'}.`
            : html`At ${n.rates[0]} LoRA was not behind here, so this time the comparison would not have misled.`}`,
        why: html`<tinyai-term name="adamw">AdamW</tinyai-term> moves every number that learns by about the learning rate η per step, however large its gradient is. In full fine-tuning that number is the
          weight itself. In ${formula} it is an entry of B, which starts at zero and reaches the weight only through A, whose entries are small, and the factor α/r = ${n.scale}. After the first step a
          weight has moved by only about ${n.share} of η, and only in the few directions that the rank allows.`,
        change: html`<tinyai-term name="alpha">α</tinyai-term> acts much like the learning rate: it scales what B and A come to. More steps make up for a low rate, up to a point. Too high a rate can undo
          what the base model knew: the loss may then rise before it falls.`,
        misleads: html`The numbers are those of a model with two million parameters. Models of billions are tuned at far lower rates, often around 0.00001 for full fine-tuning and 0.0001 to 0.0003 for LoRA.
          What carries over is that LoRA’s is several times higher. And two rates are not a search: the best one may lie between or beyond them.`,
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      const prefers = (which: 'low' | 'high' | null): string => (which === null ? '在两个学习率下难分高下' : `用 ${n.rates[which === 'low' ? 0 : 1]} 时更低`);
      return {
        happened: html`全参数微调${prefers(n.full.prefers)}：学习率 ${n.rates[0]} 时为 ${n.full.low}，${n.rates[1]} 时为 ${n.full.high}。LoRA ${prefers(n.lora.prefers)}：分别为 ${n.lora.low} 和 ${n.lora.high}。${n.behind.same > n.noise
          ? html`都用 ${n.rates[0]}，LoRA 落后 ${n.gaps.same} nat；各用两者中更合适的学习率，${n.behind.own > n.noise ? `还落后 ${n.gaps.own} nat` : n.behind.own < -n.noise ? `反而领先 ${n.gaps.own} nat` : '差别就在噪声之内'}。`
          : html`这一次，学习率为 ${n.rates[0]} 时 LoRA 并不落后，所以这样比较不会误导。`}`,
        why: html`不论梯度大小，<tinyai-term name="adamw">AdamW</tinyai-term> 每一步都把参与学习的数移动大约一个学习率 η。全参数微调时，这个数就是权重本身。在 ${formula} 中，它是 B 的元素：B 从零开始，要经过元素很小的 A 和系数 α/r = ${n.scale} 才作用到权重上。走完第一步，权重大约只移动了 η 的 ${n.share}，而且只能朝秩所允许的少数几个方向移动。`,
        change: html`<tinyai-term name="alpha">α</tinyai-term> 的作用与学习率相近：它放大 B 和 A 学到的结果。学习率偏低，多训练几步可以弥补一部分。学习率过高，可能毁掉基座模型已有的知识：损失会先升后降。`,
        misleads: html`这些数值属于一个两百万参数的模型。数十亿参数的模型，学习率要低得多：全参数微调常在 0.00001 上下，LoRA 常在 0.0001 到 0.0003 之间。可以推广的是：LoRA 的学习率要高出数倍。另外，只试两个学习率算不上搜索，最合适的可能在两者之间，也可能在两者之外。`,
      };
    },
  },
  variations: [
    { ...lora('lora-higher', 0.02), ask: { en: 'Would LoRA like an even higher rate, 0.02?', zh: 'LoRA 还能用更高的 0.02 吗？' } },
    {
      id: 'alpha',
      name: { en: 'LoRA, 0.0005, α 160', zh: 'LoRA，0.0005，α 160' },
      ask: { en: 'LoRA at 0.0005, with α ten times as large?', zh: 'LoRA 用 0.0005，但 α 增大到十倍？' },
      patch: { fine_tuning: { method: 'lora', lora: { alpha: 160 } }, training: { learning_rate: LOW } },
    },
    {
      id: 'patient',
      name: { en: 'LoRA, 0.0005, 3 times as long', zh: 'LoRA，0.0005，步数三倍' },
      ask: { en: 'LoRA at 0.0005, in three times as many steps?', zh: 'LoRA 用 0.0005，步数增加到三倍？' },
      patch: { fine_tuning: { method: 'lora' }, training: { learning_rate: LOW, steps: 3 * STEPS } },
    },
  ],
  compared: ['validation_loss', 'trainable_parameters', 'step_time'],
  check: {
    ask: {
      en: 'A report trains both methods at the rate that its authors found best for full fine-tuning. LoRA ends 0.3 nats higher. What follows?',
      zh: '一份报告用作者为全参数微调找到的最佳学习率训练了两种方法，LoRA 的损失高出 0.3 nat。由此能得出什么？',
    },
    options: [
      {
        text: { en: 'LoRA cannot learn as much.', zh: 'LoRA 学不到那么多。' },
        right: false,
        because: {
          en: 'Perhaps, but this does not show it: the rate was searched for one method only, and the other was given it.',
          zh: '也许如此，但这不能说明：学习率只为一种方法搜索过，另一种只是照搬。',
        },
      },
      {
        text: { en: 'Nothing yet: LoRA was not given a rate of its own.', zh: '还得不出什么：没有为 LoRA 找它自己的学习率。' },
        right: true,
        because: {
          en: 'Each method has to be shown at its best before the two are compared. That doubles the search, and is the only fair comparison.',
          zh: '先让每种方法都达到最好，再作比较。搜索的工作量会加倍，但只有这样才公平。',
        },
      },
      {
        text: { en: 'LoRA needs a higher rank.', zh: 'LoRA 需要更高的秩。' },
        right: false,
        because: {
          en: 'A higher rank can help, but a wrong learning rate looks just the same from outside. Rule it out first.',
          zh: '提高秩可能有用，但学习率不合适时，表面看来一模一样。应先排除后者。',
        },
      },
    ],
  },
};
