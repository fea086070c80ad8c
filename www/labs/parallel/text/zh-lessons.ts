import type { ParallelMessages } from './messages';

export const zhLessons: ParallelMessages['lessons'] = {
  data: {
    title: '数据并行',
    text: '每个 rank 都持有整个模型，各算一批中自己的那部分。反向之后，把所有 rank 的梯度加起来，每个副本于是迈出同样的一步。这是提速最简单的办法；它不省内存，每一步还要传送与模型一样大的消息。',
    watch: '两条损失曲线重合。n 个 rank 沿环做 all-reduce，每个 rank 发送的都是梯度的 2 (n − 1) / n 倍，与 rank 的多少几乎无关。',
    setups: { two: '2 个副本', four: '4 个副本' },
  },
  pipeline: {
    title: '流水线与气泡',
    text: '这里把层分成阶段，每个 rank 一个阶段，传送的只有激活值。如果整批一次送入，一个阶段在算，其余的都在等。切成微批次，各阶段就能同时工作；开头和结尾剩下的等待就是气泡，占一步的 (p − 1) / (m + p − 1)。',
    watch: '微批次从 1 到 8，两个阶段的气泡从二分之一缩到九分之一。但微批次越小，矩阵乘法也越小，每步时间省不了那么多。',
    setups: { one: '1 个微批次', two: '2 个', eight: '8 个' },
  },
  memory: {
    title: 'GPipe 与 1F1B',
    text: 'GPipe 先做完所有前向，再做所有反向，每个微批次的激活值都得一直留着。1F1B 尽早开始反向：流水线填满之后，前向和反向一个接一个交替。气泡不变，但任何 rank 同时保留的微批次不超过阶段数。',
    watch: '看内存图中的激活：第一个 rank 在 GPipe 下留着 8 个微批次，在 1F1B 下只有 2 个。',
    setups: { gpipe: 'GPipe', '1f1b': '1F1B' },
  },
  bubble: {
    title: '更小的气泡',
    text: '交错调度让每个 rank 持有模型的几块，流水线按块填充：气泡变小，消息变多。反向其实是两件事：前一阶段在等的输入梯度，和可以晚些再算的权重梯度。ZB‑H1 把两者拆开，用后者填补 rank 本来要停下的时间。',
    watch: '看计划的时间线：哪些空隙被填上了，填的是什么。四个工作线程若挤在更少的核心上，实测会有计划中没有的空隙。',
    setups: { '1f1b': '1F1B', interleaved: '交错', zeroBubble: 'ZB‑H1' },
  },
  tensor: {
    title: '张量并行',
    text: '每个权重矩阵都被切开：每个块的第一个按列切，第二个按行切，注意力按头切。每个 rank 只用自己的切片计算，块的每一半在前向和反向的末尾各求一次和。内存减半，但每一层都要通信好几次。序列并行把这些求和之间的各行也分摊开来。',
    watch: '前向和反向中间细细的通信条纹，以及消息的数量。各行分摊之后，all-reduce 变成 reduce-scatter 加 all-gather：字节相同，激活更少。',
    setups: { two: '2 个切片', sequence: '各行也分摊' },
  },
  zero: {
    title: 'ZeRO',
    text: '各副本一遍遍持有同样的数值，ZeRO 把它们分摊：先是优化器状态，再是梯度，最后是权重本身，用到时才收集。前两级的通信量与普通的数据并行相同，第三级要多一半。',
    watch: '看各 rank 的内存：用 AdamW 时，优化器状态是权重的两倍。all-reduce 变成 reduce-scatter 加 all-gather。',
    setups: { none: '无', optimizer: '1 状态', gradients: '2 梯度', parameters: '3 权重' },
  },
  unequal: {
    title: '不均等的 rank',
    text: '流水线只能和最慢的阶段一样快。这里 rank 1 的速度只有另一个的一半。如果层数均等，rank 0 大部分时间都在等；均衡划分先测量每个 rank，再给慢的那个少分几层。',
    watch: '每个 rank 在一步中有多少时间在计算，以及每步时间。',
    setups: { even: '均等划分', balanced: '均衡划分' },
  },
  compression: {
    title: '更少的字节',
    text: '梯度不必以 float32 传送。float16 只要一半字节，int8 约四分之一，只发最大的 5% 元素（top-k）则是十分之一。编码损失的部分会留下来，加到下一步的梯度里：什么都没有真正丢失，只是来得晚些。',
    watch: '省下的字节，以及损失偏离一个 rank 时有多远。',
    setups: { none: 'float32', float16: 'float16', int8: 'int8', topK: '最大的 5%' },
  },
};
