/** What α is divided by: with α/r a high rank learns slowly, with α/√r all ranks set out alike. */
import { html } from 'lit';
import '../../../shell/lesson/glossary/term';
import { finishedRun, noiseAmong, type Facts, type RunFacts } from '../../../shell/lesson/facts';
import type { Claim, Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import type { RunView } from '../../../shell/store/run-view';
import '../diagrams/scaling-diagram';
import { LR, firstStep, pair, scaleOf } from './base';

const [LOW, HIGH, ALPHA] = [4, 64, 8] as const;
const scaled = (rank: number, scaling: 'standard' | 'rank_stabilised'): LessonRun => {
  const sign = scaling === 'standard' ? 'α/r' : 'α/√r';
  return { id: `${scaling}-${rank}`, name: { en: `rank ${rank}, ${sign}`, zh: `秩 ${rank}，${sign}` }, patch: { fine_tuning: { lora: { rank, scaling } } } };
};
const [BY_R_LOW, BY_R_HIGH, BY_ROOT_LOW, BY_ROOT_HIGH] = [scaled(LOW, 'standard'), scaled(HIGH, 'standard'), scaled(LOW, 'rank_stabilised'), scaled(HIGH, 'rank_stabilised')];
const [MEDIUM, HIGHEST, PRESETS] = ['medium', 'high', 3] as const;

/** How a high rank ended beside a low one. */
function raised(low: RunView, high: RunView): 'lower' | 'alike' | 'higher' | null {
  const [before, after] = [low.figure('validation_loss')?.value, high.figure('validation_loss')?.value];
  if (before === undefined || after === undefined) return null;
  return Math.abs(after - before) <= noiseAmong([low, high]) ? 'alike' : after < before ? 'lower' : 'higher';
}

/** With which scaling the high rank ended lower. */
function helps(view: ExperimentView): string | null {
  const [low, high, rootLow, rootHigh] = [BY_R_LOW, BY_R_HIGH, BY_ROOT_LOW, BY_ROOT_HIGH].map((run) => finishedRun(view, run));
  if (!low || !high || !rootLow || !rootHigh) return null;
  const [byR, byRoot] = [raised(low, high), raised(rootLow, rootHigh)];
  if (byR === null || byRoot === null) return null;
  return byR === 'lower' ? (byRoot === 'lower' ? 'both' : 'r') : byRoot === 'lower' ? 'root' : 'neither';
}

function numbers(facts: Facts) {
  const runs = [BY_R_LOW, BY_R_HIGH, BY_ROOT_LOW, BY_ROOT_HIGH].map(({ id }) => facts.run(id));
  if (runs.some((run) => run?.metric('validation_loss') == null)) return null;
  const all = runs as [RunFacts, RunFacts, RunFacts, RunFacts];
  const { plain, short, lossGap, wholePercent } = facts.format;
  const loss = (run: RunFacts): number => run.metric('validation_loss')!;
  const lora = all.map(({ view }) => view.spec.fine_tuning.lora);
  const [byR, byRoot] = [raised(all[0].view, all[1].view)!, raised(all[2].view, all[3].view)!];
  const presets = [all[0], facts.run(MEDIUM), facts.run(HIGHEST)].flatMap((run) => (run?.metric('validation_loss') == null ? [] : [run]));
  return {
    losses: all.map((run) => run.tell('validation_loss')),
    byR,
    byRoot,
    /** With both scalings the high rank ended lower, but with α/√r by far more. */
    far: byR === 'lower' && byRoot === 'lower' && loss(all[2]) - loss(all[3]) > 2 * (loss(all[0]) - loss(all[1])),
    gaps: [lossGap(loss(all[1]), loss(all[0])), lossGap(loss(all[3]), loss(all[2]))],
    ranks: [plain(lora[0]!.rank), plain(lora[1]!.rank)],
    alpha: plain(lora[0]!.alpha),
    scales: lora.map((one) => short(scaleOf(one))),
    steps: lora.map((one) => wholePercent(firstStep(one))),
    presets: presets.map((run) => run.tell('validation_loss')),
    higher: presets.length === PRESETS ? better(presets.map(({ view }) => view)) : ('open' as const),
  };
}

/** Whether each of the chapter's presets ended lower than the one before it. */
function better([low, medium, high]: readonly RunView[]): Claim['verdict'] {
  const steps = [raised(low!, medium!), raised(medium!, high!)];
  if (steps.every((step) => step === 'lower')) return 'holds';
  return steps.includes('lower') ? 'partly' : 'fails';
}

type Ended = 'lower' | 'alike' | 'higher';

export const highRanks: Lesson = {
  id: 'high-ranks',
  section: '15.1',
  minutes: 6,
  title: { en: 'High ranks and α', zh: '高秩与 α' },
  question: { en: 'Why can a higher rank bring nothing?', zh: '为什么提高秩可能毫无收获？' },
  stakes: {
    en: html`<tinyai-term name="lora">LoRA</tinyai-term> multiplies what it has learned by <tinyai-term name="alpha">α/r</tinyai-term>. Whoever raises the rank and leaves α as it was changes two things at once.`,
    zh: html`<tinyai-term name="lora">LoRA</tinyai-term> 学到的改变要乘以 <tinyai-term name="alpha">α/r</tinyai-term>。只提高秩而不改 α，其实同时改变了两样东西。`,
  },
  base: (language) =>
    pair(language, {
      fine_tuning: { method: 'lora', lora: { rank: LOW, alpha: ALPHA } },
      training: { steps: 100, batch_size: 4, learning_rate: LR.lora },
      evaluation: { every: 20, tokens: 1024, sample_tokens: 32 },
    }),
  runs: [BY_R_LOW, BY_R_HIGH, BY_ROOT_LOW, BY_ROOT_HIGH],
  controls: ['fine_tuning.lora.alpha', 'training.learning_rate', 'training.batch_size', 'training.steps', 'training.seed'],
  diagram: () => html`<tinyai-scaling-diagram></tinyai-scaling-diagram>`,
  predict: {
    kind: 'choice',
    ask: {
      en: html`α stays 8 and the <tinyai-term name="rank">rank</tinyai-term> rises from 4 to 64, once with the update multiplied by α/r, once by α/√r. Where does the higher rank end at a lower <tinyai-term name="validation-loss">validation loss</tinyai-term>?`,
      zh: html`α 保持为 8，<tinyai-term name="rank">秩</tinyai-term>从 4 提高到 64：一组把更新量乘以 α/r，另一组乘以 α/√r。在哪一组里，高秩的<tinyai-term name="validation-loss">验证损失</tinyai-term>更低？`,
    },
    options: [
      { id: 'both', text: { en: 'with both', zh: '两组都更低' } },
      { id: 'r', text: { en: 'only with α/r', zh: '只有 α/r' } },
      { id: 'root', text: { en: 'only with α/√r', zh: '只有 α/√r' } },
      { id: 'neither', text: { en: 'with neither', zh: '两组都没有更低' } },
    ],
    outcome: helps,
  },
  hero: { kind: 'curves' },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      const ended = (which: Ended, gap: string): string => ({ lower: `${gap} nats lower`, alike: 'no different beyond the noise', higher: `${gap} nats higher` })[which];
      return {
        happened: html`With α/r, rank ${n.ranks[0]} ended at ${n.losses[0]} and rank ${n.ranks[1]} at ${n.losses[1]}: ${ended(n.byR, n.gaps[0]!)}. With α/√r, they ended at ${n.losses[2]} and ${n.losses[3]}: ${ended(n.byRoot, n.gaps[1]!)}.`,
        why: html`With α = ${n.alpha}, α/r falls from ${n.scales[0]} to ${n.scales[1]} as the rank rises, and α/√r only from ${n.scales[2]} to ${n.scales[3]}. B·A is a sum of r products that point in all directions; it grows with √r. So with
          α/r the first step of a weight shrinks from ${n.steps[0]} to ${n.steps[1]} of the <tinyai-term name="learning-rate">learning rate</tinyai-term>; with α/√r it is ${n.steps[2]} and ${n.steps[3]}.
          ${{
            lower: n.byR === 'lower' ? `Here the higher rank gained with both: its directions were worth something even at short steps${n.far ? ', and far more at steps that were long enough' : ''}.` : 'The same rank that gained nothing with α/r gained with α/√r: it lacked nothing but long enough steps.',
            alike: 'Here equally long steps did not bring out what more directions are worth: this text may not need them, or the rate hides it.',
            higher: 'Here the longer steps did harm: so many directions at this learning rate overshoot, and the smaller steps of α/r act like a lower rate.',
          }[n.byRoot]}`,
        change: html`Who keeps α at twice the rank, as the chapter’s presets do, has α/r = 2 at every rank; then the first steps even grow with √r. Another learning rate can stand in for another α, up to a point: one variation tries
          that.`,
        misleads: html`All four have one learning rate, which suits rank 4 with α/r. Whether high ranks gain or overshoot depends on it, and on the text: the poems and the plays of this page come out differently. The paper on
          <tinyai-term name="rslora">rank-stabilised LoRA</tinyai-term> (Kalajdzievski 2023) sees its effect in large models over long runs; 100 steps are few.`,
        claims: [
          {
            says: html`Three presets: <code>createLowRank</code> (rank 4, α 8), <code>createMediumRank</code> (16, 32) and <code>createHighRank</code> (64, 128), for more and more demanding tasks.`,
            measured:
              n.higher === 'open'
                ? html`The first run is <code>createLowRank</code>, and ended at ${n.losses[0]}. The other two are the first two variations below.`
                : html`On this text they ended at ${n.presets[0]}, ${n.presets[1]} and ${n.presets[2]}: ${{ holds: 'each higher preset ended lower', partly: 'a higher preset did not always end lower', fails: 'a higher preset never ended lower' }[n.higher]}, all at the same learning rate.`,
            verdict: n.higher,
          },
        ],
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      const ended = (which: Ended, gap: string): string => ({ lower: `低 ${gap} nat`, alike: '差别没有超出噪声', higher: `高 ${gap} nat` })[which];
      return {
        happened: html`乘以 α/r 时，秩 ${n.ranks[0]} 的损失为 ${n.losses[0]}，秩 ${n.ranks[1]} 为 ${n.losses[1]}：${ended(n.byR, n.gaps[0]!)}。乘以 α/√r 时，分别为 ${n.losses[2]} 和 ${n.losses[3]}：${ended(n.byRoot, n.gaps[1]!)}。`,
        why: html`α = ${n.alpha} 时，秩升高，α/r 从 ${n.scales[0]} 降到 ${n.scales[1]}，α/√r 只从 ${n.scales[2]} 降到 ${n.scales[3]}。BA 是 r 个方向各异的乘积之和，大小随 √r 增长。所以乘以 α/r 时，一个权重第一步移动的距离从<tinyai-term name="learning-rate">学习率</tinyai-term>的 ${n.steps[0]} 缩到 ${n.steps[1]}；乘以 α/√r 时，分别是 ${n.steps[2]} 和 ${n.steps[3]}。${{
          lower: n.byR === 'lower' ? `这里两种情况下高秩都有收获：步长再小，更多的方向也有用${n.far ? '；步长足够大时，收获还要多得多' : ''}。` : '同样的秩，乘以 α/r 毫无收获，乘以 α/√r 就有了收获，可见缺的只是足够大的步长。',
          alike: '步长一样大时，更多的方向在这里也没有显出好处：也许这种文本用不着，也许被学习率掩盖了。',
          higher: '步长一大反而有害：用这个学习率，同时朝这么多方向移动会走过头；α/r 的步长小，正相当于降低了学习率。',
        }[n.byRoot]}`,
        change: html`像书中的预设那样让 α 等于秩的两倍，α/r 就总是 2，第一步的步长还会随 √r 变大。换一个学习率，也能在一定程度上代替换 α，下面有一项就是这样做的。`,
        misleads: html`四次运行共用一个学习率，它适合秩 4 和 α/r。高秩是有收获还是适得其反，取决于学习率，也取决于文本：本页的诗词和戏剧，结果就不一样。提出<tinyai-term name="rslora">秩稳定 LoRA</tinyai-term> 的论文（Kalajdzievski 2023）是在大模型的长时间训练中看到效果的，100 步太少。`,
        claims: [
          {
            says: html`三种预设：<code>createLowRank</code>（秩 4，α 8）、<code>createMediumRank</code>（16，32）和 <code>createHighRank</code>（64，128），用于越来越难的任务。`,
            measured:
              n.higher === 'open'
                ? html`第一次运行就是 <code>createLowRank</code>，损失为 ${n.losses[0]}；另外两种是下面的前两项。`
                : html`在这种文本上，三者的损失依次为 ${n.presets[0]}、${n.presets[1]} 和 ${n.presets[2]}：${{ holds: '预设越高，损失越低', partly: '预设更高，损失不一定更低', fails: '预设更高，损失从未更低' }[n.higher]}；三者的学习率相同。`,
            verdict: n.higher,
          },
        ],
      };
    },
  },
  variations: [
    { id: MEDIUM, name: { en: 'preset 16/32', zh: '预设 16/32' }, ask: { en: 'The chapter’s medium preset, rank 16 with α 32?', zh: '书中的中秩预设：秩 16，α 32？' }, patch: { fine_tuning: { lora: { rank: 16, alpha: 32 } } } },
    { id: HIGHEST, name: { en: 'preset 64/128', zh: '预设 64/128' }, ask: { en: 'Its high preset, rank 64 with α 128?', zh: '书中的高秩预设：秩 64，α 128？' }, patch: { fine_tuning: { lora: { rank: 64, alpha: 128 } } } },
    {
      id: 'faster',
      name: { en: 'rank 64, α/r, rate 0.012', zh: '秩 64，α/r，学习率 0.012' },
      ask: { en: 'Rank 64 with α/r, and four times the learning rate instead?', zh: '秩 64，仍用 α/r，改为学习率增加到四倍？' },
      patch: { fine_tuning: { lora: { rank: HIGH } }, training: { learning_rate: 0.012 } },
    },
  ],
  compared: ['validation_loss', 'trainable_parameters', 'step_time', 'peak_memory'],
  check: {
    ask: {
      en: 'Somebody raises the rank from 8 to 128, leaves α at 16 and everything else as it was, and finds the loss unchanged: “so rank 8 is enough.” What do you say?',
      zh: '有人把秩从 8 提到 128，α 仍为 16，其余不变，损失也没变，于是说“秩 8 就够了”。你怎么看？',
    },
    options: [
      { text: { en: 'It is shown: more rank brought nothing.', zh: '已经说明，更高的秩没有用。' }, right: false, because: { en: 'The scale α/r fell to a sixteenth at the same time. Two things changed, and they may cancel.', zh: '系数 α/r 同时降到了十六分之一。两样东西一起变，作用可能相互抵消。' } },
      { text: { en: 'Not shown: α/r fell as well. Repeat it with α/√r or another learning rate.', zh: '还不能说明：α/r 也降了。应改用 α/√r 或换学习率再试。' }, right: true, because: { en: 'Only when the steps are comparable does a comparison tell something about the rank.', zh: '步长相当，比较才能说明秩的作用。' } },
      { text: { en: 'Rank 128 is too large to be trained.', zh: '秩 128 太高，训练不了。' }, right: false, because: { en: 'It can be trained, with steps that suit it. Nothing here says that it cannot.', zh: '步长合适就能训练，这里没有任何结果说明它不行。' } },
    ],
  },
};
