/** Fine-tuning methods beside plain LoRA, and what is done with what they learn. */
import type { Entry } from './entry';

export const methods = {
  adalora: {
    term: { en: 'AdaLoRA', zh: 'AdaLoRA' },
    means: {
      en: 'LoRA written like a singular value decomposition: while it trains, it drops the values that matter least, so that important layers keep a higher rank.',
      zh: '把 LoRA 写成奇异值分解的形式，边训练边去掉最不重要的奇异值，让重要的层留下更高的秩。',
    },
    section: '15.1',
  },
  'adapter-mixing': {
    term: { en: 'Mixing adapters', zh: '适配器混合' },
    means: {
      en: 'Adding up several adapters of one base, each with a weight of its own, so that the model does something of what each has learned.',
      zh: '把同一基座的几个适配器按各自的权重相加，使模型兼有它们各自学到的东西。',
    },
    section: '15.1',
  },
  bitfit: {
    term: { en: 'BitFit', zh: 'BitFit' },
    means: {
      en: 'Trains only the biases that the layers add to their outputs; all matrices are frozen.',
      zh: '只训练各层加在输出上的偏置，所有矩阵都冻结。',
    },
    section: '15.1',
  },
  ia3: {
    term: { en: 'IA³', zh: 'IA³' },
    means: {
      en: 'Learns vectors that scale the keys, the values and the hidden units of feed-forward layers, one number for each: fewer parameters than LoRA of rank 1.',
      zh: '学习几个向量，逐个缩放注意力的键、值和前馈层的隐藏单元，每个单元只有一个数：参数比秩为 1 的 LoRA 还少。',
    },
    section: '15.1',
  },
  nf4: {
    term: { en: 'NF4 (4-bit NormalFloat)', zh: 'NF4（四位 NormalFloat）' },
    means: {
      en: 'A format of four bits: 16 values, spaced as those of a normal distribution are, and a scale for each block of 64 weights.',
      zh: '一种四位格式：16 个值按正态分布的疏密排列，每 64 个权重一块，共用一个缩放系数。',
    },
    section: '15.5',
  },
  pissa: {
    term: { en: 'PiSSA', zh: 'PiSSA' },
    means: {
      en: 'A start for LoRA: A and B begin with the directions of W that have the largest singular values, and the rest of W is frozen.',
      zh: 'LoRA 的一种初始化：A、B 取自 W 中奇异值最大的几个方向，W 的其余部分冻结。',
    },
    section: '15.1',
  },
  qlora: {
    term: { en: 'QLoRA', zh: 'QLoRA' },
    means: {
      en: 'LoRA beside frozen weights that are kept in four bits. They are turned back into full precision for each product; A and B are never rounded.',
      zh: '冻结的权重用四位存放，旁边加 LoRA。每次相乘时，权重还原成高精度再用；A、B 始终不舍入。',
    },
    section: '15.1',
  },
  rslora: {
    term: { en: 'rsLoRA (rank-stabilised LoRA)', zh: 'rsLoRA（秩稳定 LoRA）' },
    means: {
      en: 'Multiplies the update by α/√r instead of α/r, so that its size at the start does not shrink as the rank rises.',
      zh: '把更新量乘以 α/√r，而不是 α/r，使起步时的更新量不随秩的升高而变小。',
    },
    section: '15.1',
  },
} as const satisfies Record<string, Entry>;
