/** Terms of training on several ranks, and of saving memory. */
import type { Entry } from './entry';

export const scaling = {
  'all-gather': {
    term: { en: 'All-gather', zh: '全收集（all-gather）' },
    means: { en: 'Each rank has a part, and afterwards every rank has all parts.', zh: '每个进程各有一部分；之后每个进程都有全部。' },
    section: '15.4',
  },
  'all-reduce': {
    term: { en: 'All-reduce', zh: '全规约（all-reduce）' },
    means: {
      en: 'Each rank has a value, and afterwards every rank has their sum. It is a reduce-scatter followed by an all-gather.',
      zh: '每个进程各有一个值；之后每个进程都有它们的总和。它等于一次规约分散加一次全收集。',
    },
    section: '15.4',
  },
  bubble: {
    term: { en: 'Bubble', zh: '气泡' },
    means: {
      en: 'Time in which a pipeline’s ranks stand still, since the first stage has nothing left to do or the last has nothing to begin with yet.',
      zh: '流水线中进程空等的时间：后面的阶段还没有等到输入，或前面的阶段已经无事可做。',
    },
    section: '15.4',
  },
  checkpointing: {
    term: { en: 'Gradient checkpointing', zh: '梯度检查点' },
    means: {
      en: 'Keeps only some activations and computes the others again in the backward pass: less memory for about a third more time.',
      zh: '只留一部分激活值，其余的在反向时重新计算：用大约三分之一的额外时间换内存。',
    },
    section: '15.3',
  },
  collective: {
    term: { en: 'Collective', zh: '集合通信' },
    means: { en: 'An exchange in which all ranks of a group take part, such as an all-reduce.', zh: '一组进程全都参与的通信，例如全规约。' },
    section: '15.4',
  },
  'data-parallel': {
    term: { en: 'Data parallelism', zh: '数据并行' },
    means: {
      en: 'Every rank holds the whole model and reads its own part of the batch; then gradients are summed.',
      zh: '每个进程都有完整的模型，各读批次中的一份，再把梯度加起来。',
    },
    section: '15.4',
  },
  'micro-batch': {
    term: { en: 'Micro-batch', zh: '微批次' },
    means: {
      en: 'A part of the batch that goes through the model by itself. Gradients of all micro-batches are summed before the update.',
      zh: '批次中单独通过模型的一份。所有微批次的梯度累加之后，才更新参数。',
    },
    section: '15.4',
  },
  'pipeline-parallel': {
    term: { en: 'Pipeline parallelism', zh: '流水线并行' },
    means: {
      en: 'The layers are cut into stages, one for each rank; micro-batches pass from stage to stage.',
      zh: '把层切成若干阶段，每个进程负责一个；微批次依次流过各个阶段。',
    },
    section: '15.4',
  },
  process: {
    term: { en: 'Rank (of parallel training)', zh: '进程（rank）' },
    means: {
      en: 'One of the programs that train a model together. Here each is a Web Worker with memory of its own; in a cluster, each has a GPU.',
      zh: '共同训练一个模型的程序之一。这里每个进程是一个有独立内存的 Web Worker；在集群中，每个进程占一块 GPU。',
    },
    section: '15.4',
  },
  'reduce-scatter': {
    term: { en: 'Reduce-scatter', zh: '规约分散（reduce-scatter）' },
    means: { en: 'Values of all ranks are summed, and each rank gets its own part of the sum.', zh: '把所有进程的值加起来，每个进程只拿到总和中自己的那一份。' },
    section: '15.4',
  },
  replica: {
    term: { en: 'Replica', zh: '副本' },
    means: { en: 'One complete copy of the model in data parallelism, on one rank or spread over several.', zh: '数据并行中一份完整的模型，可以在一个进程上，也可以分布在几个进程上。' },
    section: '15.4',
  },
  'sequence-parallel': {
    term: { en: 'Sequence parallelism', zh: '序列并行' },
    means: {
      en: 'Between the matrix products of tensor parallelism, each rank keeps only its share of the tokens, which saves activations.',
      zh: '在张量并行的矩阵乘法之间，各进程沿序列维切分，只保留自己那份词元，从而节省激活值。',
    },
    section: '15.4',
  },
  stage: {
    term: { en: 'Stage', zh: '阶段' },
    means: { en: 'The layers that one rank of a pipeline holds.', zh: '流水线中一个进程所负责的那些层。' },
    section: '15.4',
  },
  'tensor-parallel': {
    term: { en: 'Tensor parallelism', zh: '张量并行' },
    means: {
      en: 'Every weight matrix is cut into slices, one for each rank; inside each layer, the ranks exchange what they computed.',
      zh: '把每个权重矩阵切成几片，每个进程一片；每一层之内，各进程都要交换算出的结果。',
    },
    section: '15.4',
  },
  zero: {
    term: { en: 'ZeRO', zh: 'ZeRO' },
    means: {
      en: 'Data parallelism without duplicates: optimizer state (stage 1), gradients (2) and weights (3) are shared out among the replicas.',
      zh: '没有重复存储的数据并行：优化器状态（第 1 级）、梯度（第 2 级）、权重（第 3 级）由各副本分摊。',
    },
    section: '15.4',
  },
} as const satisfies Record<string, Entry>;
