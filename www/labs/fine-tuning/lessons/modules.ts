/** Where low-rank pairs go, when all ways have about the same number of parameters. */
import { html } from 'lit';
import type { TargetModule } from '../../../types/generated/TargetModule';
import '../../../shell/lesson/glossary/term';
import { finishedRun, noiseAmong, type Facts, type RunFacts } from '../../../shell/lesson/facts';
import type { Explanation, Lesson, LessonRun } from '../../../shell/lesson/lesson';
import type { Outcome } from '../../../shell/lesson/prediction/question';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import '../diagrams/modules-diagram';
import { LR, pair } from './base';

const ATTENTION: TargetModule[] = ['q_proj', 'k_proj', 'v_proj', 'o_proj'];
const FEED_FORWARD: TargetModule[] = ['gate_proj', 'up_proj', 'down_proj'];

/** Pairs beside some modules; α grows with the rank. */
const placed = (id: string, rank: number, target_modules: TargetModule[], en: string, zh: string): LessonRun => ({
  id,
  name: { en, zh },
  patch: { fine_tuning: { lora: { rank, alpha: 2 * rank, target_modules } } },
});

// Ranks at which all have the parameters of rank 4 everywhere, within 7%.
const RUNS = [
  placed('q-v', 21, ['q_proj', 'v_proj'], 'q, v', 'q、v'),
  placed('attention', 11, ATTENTION, 'attention', '注意力'),
  placed('feed-forward', 6, FEED_FORWARD, 'feed-forward', '前馈层'),
  placed('all', 4, [...ATTENTION, ...FEED_FORWARD], 'all seven', '全部七个'),
] as const;

function losses(view: ExperimentView): Record<string, Outcome> | null {
  const found = RUNS.flatMap((run) => {
    const there = finishedRun(view, run);
    const loss = there?.figure('validation_loss')?.value;
    return !there || loss === undefined ? [] : [{ id: run.id, there, loss }];
  });
  // Half the noise on either side: what overlaps cannot be told apart.
  const noise = noiseAmong(found.map(({ there }) => there)) / 2;
  return found.length === RUNS.length ? Object.fromEntries(found.map(({ id, loss }) => [id, { value: loss, spread: [loss - noise, loss + noise] }])) : null;
}

function numbers(facts: Facts) {
  const runs = RUNS.map(({ id }) => facts.run(id));
  if (runs.some((run) => run?.metric('validation_loss') == null || run.metric('trainable_parameters') === null)) return null;
  const all = runs as RunFacts[];
  const loss = (run: RunFacts): number => run.metric('validation_loss')!;
  const sorted = [...all].sort((a, b) => loss(a) - loss(b));
  const [best, beforeLast, worst] = [sorted[0]!, sorted.at(-2)!, sorted.at(-1)!];
  const noise = noiseAmong(all.map(({ view }) => view));
  const gap = loss(worst) - loss(best);
  const counts = all.map((run) => run.metric('trainable_parameters')!);
  const { count, loss: nats, lossGap, wholePercent } = facts.format;
  const queries = all[0]!;
  return {
    parameters: [count(Math.min(...counts)), count(Math.max(...counts))],
    alike: Math.max(...counts) / Math.min(...counts) < 1.15,
    share: wholePercent(Math.max(...counts) / (queries.metric('total_parameters') ?? Infinity)),
    best: { name: best.name, loss: best.tell('validation_loss') },
    worst: { name: worst.name, loss: worst.tell('validation_loss') },
    gap: lossGap(loss(worst), loss(best)),
    noise: nats(noise),
    matters: gap > noise,
    /** Whether the spread over all modules came out lowest, or as low as the lowest, and how the customary two came out. */
    spreadWins: loss(all[3]!) - loss(best) <= noiseAmong([best.view, all[3]!.view]),
    queries: worst !== queries ? 'not-last' : loss(queries) - loss(beforeLast) > noiseAmong([queries.view, beforeLast.view]) ? 'last' : 'barely-last',
  } as const;
}

export const modules: Lesson = {
  id: 'modules',
  section: '15.1',
  minutes: 5,
  title: { en: 'Which modules', zh: '加在哪些模块' },
  question: { en: 'Which modules should get a low-rank pair?', zh: '低秩矩阵对该加在哪些模块上？' },
  stakes: {
    en: html`A given number of parameters can go into a few modules with a high <tinyai-term name="rank">rank</tinyai-term>, or into many with a low one. The first paper on
      <tinyai-term name="lora">LoRA</tinyai-term> put them beside the queries and values of attention.`,
    zh: html`同样多的参数，可以用高<tinyai-term name="rank">秩</tinyai-term>加在少数模块上，也可以用低秩分给许多模块。最早的 <tinyai-term name="lora">LoRA</tinyai-term> 论文只加在注意力的查询和值上。`,
  },
  base: (language) =>
    pair(language, {
      fine_tuning: { method: 'lora', lora: { rank: 4, alpha: 8 } },
      training: { steps: 100, batch_size: 4, learning_rate: LR.lora },
      evaluation: { every: 20, tokens: 1024, sample_tokens: 32 },
    }),
  runs: RUNS,
  controls: ['training.learning_rate', 'training.batch_size', 'data.context', 'training.steps', 'training.seed'],
  diagram: () => html`<tinyai-modules-diagram></tinyai-modules-diagram>`,
  predict: {
    kind: 'order',
    ask: {
      en: html`Four ways to spend about the same number of parameters: queries and values with rank 21, all of <tinyai-term name="attention">attention</tinyai-term> with 11, the
        <tinyai-term name="feed-forward">feed-forward</tinyai-term> half with 6, all seven projections with 4. In which order will their losses be?`,
      zh: html`参数大致一样多，有四种用法：加在查询和值上，秩 21；加在整个<tinyai-term name="attention">注意力</tinyai-term>部分，秩 11；加在<tinyai-term name="feed-forward">前馈层</tinyai-term>，秩 6；七个投影层全加，秩 4。它们的损失由低到高是什么次序？`,
    },
    ends: { en: ['lowest loss, the best', 'highest loss'], zh: ['损失最低，最好', '损失最高'] },
    items: [
      { id: 'q-v', name: { en: 'queries and values, rank 21', zh: '查询和值，秩 21' } },
      { id: 'attention', name: { en: 'all of attention, rank 11', zh: '整个注意力部分，秩 11' } },
      { id: 'feed-forward', name: { en: 'feed-forward, rank 6', zh: '前馈层，秩 6' } },
      { id: 'all', name: { en: 'all seven, rank 4', zh: '七个全加，秩 4' } },
    ],
    outcome: losses,
  },
  hero: { kind: 'curves' },
  explain: {
    en: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`${n.alike ? html`With ${n.parameters[0]} to ${n.parameters[1]} parameters each` : html`With ${n.parameters[0]} to ${n.parameters[1]} parameters, no longer the same number`},
          “${n.best.name}” ended lowest, at ${n.best.loss}, and “${n.worst.name}” highest, at ${n.worst.loss}. The difference of ${n.gap} nats is
          ${n.matters ? `more than the noise of ${n.noise}` : `within the noise of ${n.noise}: here it hardly mattered where they went`}.`,
        why: n.matters
          ? html`${n.spreadWins
          ? html`A low rank everywhere was the best, or as good as the best. Each <tinyai-term name="projection">projection</tinyai-term> seems to need only a few new directions, but many projections need some.`
          : html`“${n.best.name}” won: what this text asks for can be changed best there.`}
          ${n.queries === 'last'
            ? html`Queries and values alone came last, although their rank is the highest: queries only decide where a token looks, and values only carry what is found; neither touches how a token is worked on
                by itself, which is what the <tinyai-term name="feed-forward">feed-forward</tinyai-term> half does.`
            : n.queries === 'barely-last'
              ? html`Queries and values alone came last, but by no more than the noise.`
              : html`Queries and values alone did not come last here, as they often do.`}`
          : html`So no order can be read from these losses, and there is none to explain. What the pairs share seems to count for more than their place: about as many parameters, and the same
              few steps. More steps or a longer context may bring out a difference: the <tinyai-term name="feed-forward">feed-forward</tinyai-term> half works on each token by itself, which queries and
              values cannot change.`,
        change: html`A larger budget makes the choice matter less: with enough rank, most choices come near the same loss. What the pairs must learn counts, too: what to pay attention to is changed in
          queries and keys, knowledge of words rather in the feed-forward half.`,
        misleads: html`One seed, one text, one learning rate for all four: each may prefer a rate of its own, and its order may turn where the differences are small. Repeat the run with another seed.
          The shares do not carry over, either: these pairs are ${n.share} of the model; in large ones they are well below 1%.`,
      };
    },
    zh: (facts): Explanation | null => {
      const n = numbers(facts);
      if (!n) return null;
      return {
        happened: html`${n.alike ? html`参数都在 ${n.parameters[0]} 到 ${n.parameters[1]} 个之间` : html`参数为 ${n.parameters[0]} 到 ${n.parameters[1]} 个，已不再一样多`}，损失最低的是“${n.best.name}”，为 ${n.best.loss}；最高的是“${n.worst.name}”，为
          ${n.worst.loss}。两者相差 ${n.gap} nat，${n.matters ? `超出噪声（${n.noise}）` : `仍在噪声（${n.noise}）之内，在这里加在哪里几乎没有区别`}。`,
        why: n.matters
          ? html`${n.spreadWins
          ? html`秩低、但处处都加的最好，或与最好的一样好。看来每个<tinyai-term name="projection">投影层</tinyai-term>只需要少数几个新方向，但许多投影层都需要。`
          : html`“${n.best.name}”胜出：这种文本要改变的东西，在那里最容易改。`}${n.queries === 'last'
          ? html`只加在查询和值上的排在最后，尽管秩最高：查询只决定一个词元往哪里看，值只传递看到的内容，都不触及对词元本身的加工，而那是<tinyai-term name="feed-forward">前馈层</tinyai-term>的事。`
          : n.queries === 'barely-last'
            ? html`只加在查询和值上的排在最后，但差距没有超出噪声。`
            : html`只加在查询和值上，通常会排在最后，这里却没有。`}`
          : html`所以从这些损失看不出次序，也就没有次序需要解释。看来，各种做法的共同之处比位置更要紧：参数大致一样多，步数一样少。步数更多或上下文更长时，也许会显出差别：<tinyai-term name="feed-forward">前馈层</tinyai-term>对每个词元单独加工，而这是查询和值改变不了的。`,
        change: html`参数预算越大，加在哪里就越不要紧：秩足够高时，多数选择的损失都相差不远。要学什么也有关系：该注意什么，由查询和键决定；字词的知识，则更多在前馈层里。`,
        misleads: html`这里只有一个随机种子、一种文本，四者共用一个学习率；它们也许各有更合适的学习率，差别小的，次序还可能颠倒。换一个种子再运行一次试试。比例也不能照搬：这些矩阵对占模型的 ${n.share}，而在大模型中远不到 1%。`,
      };
    },
  },
  variations: [
    { ...placed('q-k', 21, ['q_proj', 'k_proj'], 'q, k', 'q、k'), ask: { en: 'Only where attention looks: queries and keys, rank 21?', zh: '只改“往哪里看”：查询和键，秩 21？' } },
    { ...placed('down', 19, ['down_proj'], 'down only', '只加 down'), ask: { en: 'A single module, the one that ends the feed-forward half, with rank 19?', zh: '只加一个模块：前馈层的降维投影，秩 19？' } },
    { ...placed('all-16', 16, [...ATTENTION, ...FEED_FORWARD], 'all seven, rank 16', '全部七个，秩 16'), ask: { en: 'All seven with four times the parameters?', zh: '七个全加，参数增加到四倍？' } },
  ],
  compared: ['validation_loss', 'trainable_parameters', 'step_time', 'peak_memory'],
  check: {
    ask: {
      en: 'You have room for an adapter of a given size, and no time to try things out. Where do you begin?',
      zh: '适配器的大小已经定下，又没有时间逐一尝试。从哪里开始？',
    },
    options: [
      {
        text: { en: 'Queries and values with as high a rank as fits.', zh: '查询和值，秩用到放得下的最高。' },
        right: false,
        because: {
          en: 'That is where LoRA began. Later studies found more to gain where more modules take part; compare your own runs.',
          zh: '这是 LoRA 最初的做法。后来的研究发现，让更多模块参与，收获更大；不妨与你自己的运行对照。',
        },
      },
      {
        text: { en: 'All projections with a low rank, and then search the learning rate.', zh: '所有投影层都加，秩取低些，再去搜索学习率。' },
        right: true,
        because: {
          en: 'It is the usual starting point today: every layer can change a little. The learning rate then matters more than the exact rank.',
          zh: '这是如今常用的起点：每一层都能改一点。接下来，学习率比秩的确切取值更要紧。',
        },
      },
      {
        text: { en: 'The largest module alone, since it holds the most weights.', zh: '只加最大的那个模块，它的权重最多。' },
        right: false,
        because: {
          en: 'How many weights a module has does not say how much of it must change; and one module alone leaves all others as they were.',
          zh: '模块的权重多，不等于要改变的多；而且只加一个模块，其余的就都不变。',
        },
      },
    ],
  },
};
