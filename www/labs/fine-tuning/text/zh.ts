import type { LabText } from '../../../shell/text/lab-text';
import { zh as adapters } from './adapters/zh';
import type { FineTuningText } from './type';

/** With the spaces that Latin letters have among Chinese ones. */
const before = (name: string): string => (/^\w/.test(name) ? ` ${name}` : name);
const behind = (name: string): string => (/[\w³]$/.test(name) ? `${name} ` : name);

const own: FineTuningText = {
  adapters,
  tournament: {
    methods: '方法',
    fitted: (value) => `调整为 ${value}`,
    allTheRoom: '（上下文只放得下这么多）',
    full: (most, seeds) => `${seeds} 个种子时最多比较 ${most} 种方法。`,
    atLeastOne: '请至少选一种方法。',
    rule: '让什么相等',
    rules: {
      steps: {
        name: '步数',
        means: '每种方法都走同样多的优化步。',
        hides: '看不出的是：有的方法一步比别的方法慢。',
      },
      time: {
        name: '时间',
        means: '每种方法都训练同样多秒，找学习率的时间不算在内。',
        hides: '看不出的是：换一台机器，步数就不同。',
      },
      parameters: {
        name: '可训练参数',
        means: '有大小可调的方法都调到与其中第一种训练的参数大致一样多。',
        hides: '看不出的是：同是一个参数，放在不同位置，作用不同。',
      },
      memory: {
        name: '内存字节',
        means: '除第一种外，每种方法的批大小都取内存峰值不超过第一种的最大值，最多 64 个序列。',
        hides: '看不出的是：好处有一部分来自更大的批，而不是方法。',
      },
    },
    steps: '步数',
    seconds: '秒数',
    seeds: '随机种子',
    seed: (count) => `${count} 个种子`,
    seedsHint: {
      one: '每种方法只运行一次：小的差别可能只是运气。',
      several: '每种方法换种子再运行；须线从最小值画到最大值。',
      noRoom: '方法这么多，放不下更多种子。',
    },
    search: '找学习率',
    searchHint: '每种方法都试这些学习率，它们在对数刻度上均匀分布。每轮之后去掉较差的一半，其余的训练两倍长；最后用最好的一个从头训练。',
    scaled: (methods, times) => `${methods.join('、')}：学习率取这里的 ${times} 倍。`,
    noSearch: '不找学习率时，所有方法用同一个学习率，它对有的方法更合适。',
    candidates: '试几个',
    lowest: '最低',
    highest: '最高',
    searchSteps: '第一轮步数',
    summary: (runs, methods, seeds) => `${methods} 种方法 × ${seeds} 个种子 = ${runs} 次运行。`,
    equalising: '正在找使各方法相等的大小……',
    unequal: (why) => `无法让各方法相等：${why}`,
  },
  tradeoffs: {
    heading: '代价几何',
    caption: '每个点是一种方法。越低、越靠左越好。',
    several: '点是各种子的中位数；须线从最小值画到最大值。',
    empty: '每有一种方法结束，就出现一个点。',
    across: '横轴',
    up: '纵轴',
  },
  equal: {
    says: {
      steps: (length) => `相等的是步数：各 ${length} 步。`,
      time: (length) => `相等的是时间：各训练 ${length}。`,
      parameters: (length) => `相等的是可训练参数，各 ${length} 步。`,
      memory: (length) => `相等的是内存字节，各 ${length} 步。`,
    },
    earlier: '这是按先前的设置测得的。',
  },
  verdict: {
    heading: '能得出的结论',
    open: '所有方法都结束之后，才能下结论。',
    says: (beaten, unbeaten, measures) => {
      const trade = '在一列上省下的，要在另一列上付出';
      if (beaten.length === 0) return `没有哪种方法样样不如别人：放在全部 ${measures} 列里看，${trade}。`;
      const said = beaten.map(
        ({ names, by, what, better, theirs }) =>
          `${behind(names.join('、'))}不如${before(by)}：${behind(by)}在全部 ${measures} 列中没有一列明显更差，${what}还更好，是 ${better}，${names.length === 1 ? '对方是' : '对方依次是'} ${theirs.join('、')}。`,
      );
      const rest = unbeaten.length === 1 ? `没有哪种方法胜过${before(unbeaten[0]!)}。` : unbeaten.length > 1 ? `没有哪种方法胜过${before(unbeaten.join('、'))}：它们之间，${trade}。` : '';
      return [...said, rest].join('');
    },
    from: (measure, margin) => `${measure}相差 ${margin}`,
    chance: (from, own, seeds) =>
      own
        ? `${from.join('、')}以上才算差别：这是这几次运行中 ${seeds} 个种子所引起的变化的三倍标准误差。`
        : `每种方法只运行一次：小的差别可能只是运气。${from.join('、')}以上才算差别：这是本页最初的那组设置用三个种子运行时，种子所引起的变化的三倍标准误差。选“3 个种子”（方法多时要少选几种），就在这里测量。`,
  },
  sweep: {
    heading: '试过的学习率',
    caption: '每个学习率的验证损失，每轮一条线。叉号是被去掉的，圆环是最后采用的。',
    name: '方法',
    rate: '学习率',
    loss: '验证损失（nat/词元）',
    after: (steps) => `${steps} 步之后`,
    fate: '结果',
    chosen: '采用',
    droppedAfter: (steps) => `${steps} 步之后去掉`,
    stillIn: '还在比',
    diverged: '发散',
    waiting: '还没开始',
    tried: (name, rates, low, high) => `${name}：${rates} 个学习率，从 ${low} 到 ${high}。`,
    dropped: (rates, steps) => `${steps} 步之后去掉：${rates.join('、')}。`,
    found: (rate, loss) => `采用：${rate}，损失 ${loss}。`,
    budget: (name, seconds, steps, step) => `${name}：每步 ${step}，${seconds} 内能走 ${steps} 步。`,
    edge: (which, names) => `${names.join('、')}采用了试过的${which === 'highest' ? '最高' : '最低'}学习率，${which === 'highest' ? '更高' : '更低'}的也许更合适：请把上面的${which === 'highest' ? '最高学习率调高' : '最低学习率调低'}。`,
    key: { rounds: '第一轮到最后一轮', dropped: '去掉', chosen: '采用', beyond: '超出图的上边，或发散' },
  },
  standings: {
    heading: '全部方法',
    caption: '除最后两列外都是越小越好，最好的和与它分不出高下的有星号。总用时包括找学习率的时间。适配器文件按 PEFT 的格式计；PEFT 没有的方法，按训练过的参数以 float32 存放计。点列名可按它排序。',
    several: '各种子的中位数；小字是最小值和最大值。',
    method: '方法',
    steps: '步数',
    best: '最好',
    gained: (margin) => `遗忘低于 0，是说基座原有文本上的损失降低了；相差不到 ${margin}，可能只是运气。`,
    sort: (column) => `按${column}排序`,
    range: (low, high) => `${low}–${high}`,
    status: (done, all) => `${all} 个种子中的 ${done} 个`,
  },
};

export const zh: LabText = {
  name: '微调',
  question: '同一个模型，多种学法',
  lead: '同一个基座模型，就在你的浏览器里学一种新诗体。LoRA 省下了什么，又付出了什么？',
  presets: { poems: '唐诗 → 宋词', plays: '莎士比亚：戏剧 → 十四行诗', ranks: '书中的三档秩：4/8、16/32、64/128' },
  own,
  figures: { tradeoffs: own.tradeoffs.heading, sweep: own.sweep.heading, standings: own.standings.heading, conclusion: own.verdict.heading },
};
