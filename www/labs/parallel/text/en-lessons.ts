import type { ParallelMessages } from './messages';

export const enLessons: ParallelMessages['lessons'] = {
  data: {
    title: 'Data parallel',
    text: 'Every rank holds the whole model and works on its own part of the batch. After the backward pass, gradients are summed over all ranks, so that every copy takes the same step. It is the simplest way to more speed; it saves no memory, and each step costs a message as large as the model.',
    watch: 'The two loss curves lie on each other. An all-reduce round a ring of n ranks sends 2 (n − 1) / n times the gradients from each of them, however many there are.',
    setups: { two: '2 replicas', four: '4 replicas' },
  },
  pipeline: {
    title: 'Pipeline and bubble',
    text: 'Here the layers are divided into stages, one a rank, and only activations travel. With the batch in one piece, one stage works while the others wait. Cut into micro-batches, stages work at the same time; what is left of the waiting, at the beginning and the end, is the bubble: (p − 1) / (m + p − 1) of the step.',
    watch: 'From one micro-batch to eight, the bubble of two stages shrinks from a half to a ninth. Smaller micro-batches make smaller matrix products, so the step gains less than that.',
    setups: { one: '1 micro-batch', two: '2', eight: '8' },
  },
  memory: {
    title: 'GPipe and 1F1B',
    text: 'GPipe runs all forwards, then all backwards, and has to keep the activations of every micro-batch until then. 1F1B begins each backward as soon as it can: once the pipeline is full, one forward and one backward take turns. The bubble is the same; no rank ever keeps more micro-batches than there are stages.',
    watch: 'Activations in the figure of memory: on the first rank 8 micro-batches with GPipe, 2 with 1F1B.',
    setups: { gpipe: 'GPipe', '1f1b': '1F1B' },
  },
  bubble: {
    title: 'A smaller bubble',
    text: 'Interleaving gives each rank several chunks of the model, so that the pipeline fills in steps of a chunk: a smaller bubble, for more messages. A backward is two jobs: gradients of the inputs, which the stage before waits for, and gradients of the weights, which can wait. ZB‑H1 splits them and puts the second where a rank would stand still.',
    watch: 'The planned timelines: which gaps are filled, and with what. Four workers on fewer cores share them, so what is measured has gaps that no plan shows.',
    setups: { '1f1b': '1F1B', interleaved: 'interleaved', zeroBubble: 'ZB‑H1' },
  },
  tensor: {
    title: 'Tensor parallel',
    text: 'Every weight matrix is cut: the first of a block by columns, the second by rows, attention by heads. Each rank computes with its slice, and the halves of a block each end with a sum over the ranks, forward and backward. Memory is halved, but ranks talk several times in each layer. Sequence parallelism shares out the rows between those sums as well.',
    watch: 'Thin stripes of communication inside each forward and backward, and the number of messages. With rows shared out, an all-reduce becomes a reduce-scatter and an all-gather: the same bytes, fewer activations.',
    setups: { two: '2 slices', sequence: 'rows shared out, too' },
  },
  zero: {
    title: 'ZeRO',
    text: 'Replicas hold the same numbers over and over. ZeRO shares them out: first the optimizer’s state, then the gradients, at last the weights themselves, which are gathered when they are needed. The first two cost no more communication than plain data parallelism; the third costs half as much again.',
    watch: 'Memory of each rank: with AdamW, the state is twice the weights. All-reduce becomes reduce-scatter and all-gather.',
    setups: { none: 'none', optimizer: '1 state', gradients: '2 gradients', parameters: '3 weights' },
  },
  unequal: {
    title: 'Unequal ranks',
    text: 'A pipeline is as fast as its slowest stage. Here rank 1 runs at half the speed of the other. With as many layers on each, rank 0 waits most of the time; a balanced division measures every rank first, and gives the slow one fewer layers.',
    watch: 'How much of the step each rank computes, and the time of a step.',
    setups: { even: 'even division', balanced: 'balanced' },
  },
  compression: {
    title: 'Fewer bytes',
    text: 'Gradients need not travel as float32. float16 takes half the bytes, int8 about a quarter, and the largest 5 % of the elements (top k) a tenth. What an encoding loses is kept, and added to the next step’s gradient: nothing is lost for good, it only comes later.',
    watch: 'Bytes saved, beside how far the loss moves away from that of one rank.',
    setups: { none: 'float32', float16: 'float16', int8: 'int8', topK: 'top 5 %' },
  },
};
