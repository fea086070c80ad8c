/** Terms of fine-tuning. */
import type { Entry } from './entry';

export const tuning = {
  adapter: {
    term: { en: 'Adapter', zh: '适配器' },
    means: {
      en: 'A small part added to a frozen model, which alone is trained. Its file is a fraction of the model’s, and one base can serve many adapters.',
      zh: '加在冻结模型上的一小部分，只有它参与训练。它的文件比模型小得多，一个基座模型可以配许多适配器。',
    },
    section: '15.1',
  },
  alpha: {
    term: { en: 'α (scale of the update)', zh: '缩放系数 α' },
    means: {
      en: 'LoRA multiplies its update by α/r: the larger α, the stronger what the pair has learned. It acts much like a larger learning rate.',
      zh: 'LoRA 的更新量要乘以 α/r：α 越大，学到的改变就作用得越强，效果与提高学习率相近。',
    },
    section: '15.1',
  },
  attention: {
    term: { en: 'Attention', zh: '注意力' },
    means: {
      en: 'The half of a transformer block in which each token looks at those before it. Its projections are q, k, v (query, key, value) and o (output).',
      zh: 'Transformer 块的一半：每个词元在这里查看它之前的词元。其投影层是 q、k、v（查询、键、值）和 o（输出）。',
    },
    section: '15.1',
  },
  'base-model': {
    term: { en: 'Base model', zh: '基座模型' },
    means: {
      en: 'A model trained on a large text, from which fine-tuning starts.',
      zh: '已在大量文本上训练好的模型，微调由它出发。',
    },
    section: '15.1',
  },
  'feed-forward': {
    term: { en: 'Feed-forward', zh: '前馈层' },
    means: {
      en: 'The half of a transformer block that works on each token by itself. It holds most of the block’s weights: up, down and, in Llama models, gate.',
      zh: 'Transformer 块的另一半，对每个词元单独计算。块中大部分权重在这里：升维、降维，以及 Llama 类模型中的门控。',
    },
    section: '15.1',
  },
  forgetting: {
    term: { en: 'Forgetting', zh: '遗忘' },
    means: {
      en: 'By how much the loss on the base model’s own text has risen after training on another one.',
      zh: '在新文本上训练之后，基座模型在自己原有文本上的损失上升了多少。',
    },
    section: '15.1',
  },
  frozen: {
    term: { en: 'Frozen weights', zh: '冻结的权重' },
    means: {
      en: 'Weights that are used but do not learn: no gradient, no optimizer state.',
      zh: '只使用、不学习的权重：没有梯度，也没有优化器状态。',
    },
    section: '15.1',
  },
  'full-fine-tuning': {
    term: { en: 'Full fine-tuning', zh: '全参数微调' },
    means: {
      en: 'Training goes on with every weight of the base model.',
      zh: '基座模型的每一个权重都继续训练。',
    },
    section: '15.1',
  },
  lora: {
    term: { en: 'LoRA (low-rank adaptation)', zh: 'LoRA（低秩适配）' },
    means: {
      en: 'Freezes each weight W and learns its change as the product of two thin matrices, B·A. Only these few numbers are trained.',
      zh: '冻结每个权重 W，把它的改变量表示成两个瘦长矩阵之积 BA，只训练这少量的数。',
    },
    section: '15.1',
  },
  projection: {
    term: { en: 'Projection', zh: '投影层' },
    means: {
      en: 'A linear layer of a transformer block: one weight matrix that its input is multiplied by.',
      zh: 'Transformer 块中的线性层：用一个权重矩阵乘它的输入。',
    },
    section: '15.1',
  },
  quantization: {
    term: { en: 'Quantization', zh: '量化' },
    means: {
      en: 'Keeping weights in fewer bits than training uses, such as 4 or 8 instead of 32.',
      zh: '用比训练时更少的位数存放权重，例如用 4 位或 8 位代替 32 位。',
    },
    section: '15.5',
  },
  rank: {
    term: { en: 'Rank (of LoRA’s pairs)', zh: '秩（LoRA）' },
    means: {
      en: 'The inner width r of the pair B·A: how many independent directions its change of W can have. Not to be confused with the ranks of parallel training.',
      zh: '乘积 BA 的内侧宽度 r：W 的改变量能有多少个独立的方向。并行训练中的进程（rank）是另一回事。',
    },
    section: '15.1',
  },
  'singular-value': {
    term: { en: 'Singular value', zh: '奇异值' },
    means: {
      en: 'How strongly a matrix acts in one of its independent directions. If few of them are large, a matrix of low rank comes close to it.',
      zh: '矩阵在某个独立方向上的作用有多强。如果只有少数几个奇异值较大，低秩矩阵就能很好地近似它。',
    },
    section: '15.1',
  },
  'target-modules': {
    term: { en: 'Target modules', zh: '目标模块' },
    means: {
      en: 'The projections that get a low-rank pair beside them. All others stay as they are.',
      zh: '旁边加上低秩矩阵对的投影层；其余的保持原样。',
    },
    section: '15.1',
  },
} as const satisfies Record<string, Entry>;
