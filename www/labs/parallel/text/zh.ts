import type { LabText } from '../../../shell/text/lab-text';
import { zhLessons } from './zh-lessons';
import type { ParallelMessages } from './messages';

<<<<<<< HEAD
export const zh: ParallelMessages = {
  name: '并行训练',
  question: '一次训练，多个 rank',
  lead: '每个 rank 都是一个有自己内存的工作线程。要让它们像一个那样学习，代价是什么？',
  notIsolated: '服务器没有隔离本页（缺 COOP 和 COEP 响应头），各 rank 不能共享内存：消息改走端口，结果相同，只是较慢。',
  noSharedMemory: '此浏览器没有 SharedArrayBuffer，各 rank 不能共享内存：消息改走端口，结果相同，只是较慢。',


=======
const own: ParallelMessages = {
>>>>>>> wip-parallel
  mesh: {
    presets: '现成方案',
    presetNames: {
      dp2: '数据 2',
      dp4: '数据 4',
      tp2: '张量 2',
      gpipe: 'GPipe 2',
      '1f1b': '1F1B 2',
      interleaved: '交错 2',
      zeroBubble: '零气泡 2',
      zero3: 'ZeRO‑3 × 4',
      pp4dp2: '流水线 4 × 数据 2',
      all: '2 × 2 × 2',
    },
    ranks: (count) => `${count} 个 rank`,
    rank: (rank) => `rank ${rank}`,
    replica: (index) => `副本 ${index}`,
    stage: (index) => `阶段 ${index}`,
    slice: (index, of) => `切片 ${index} / ${of}`,
    embedding: '嵌入',
    head: '输出层',
    layers: (first, last) => (first === last ? `第 ${first} 层` : `第 ${first}–${last} 层`),
    half: { attention: '注意力', feed_forward: '前馈' },
    holds: (what) => what.join('、'),
    share: (parameters) => `${parameters} 个参数`,
    zeroShare: (of, what) => `${what}的 1/${of}`,
    zeroWhat: { optimizer: '优化器状态', gradients: '梯度和状态', parameters: '权重、梯度和状态' },
    modelKey: '每条横条是从嵌入到输出层的整个模型；填满的是该 rank 持有的部分。',
    noPlan: '一旦能排出计划，这里会显示每个 rank 持有什么。',
    alone: '一个 rank 持有整个模型。可以在某个维度上增加 rank，或选用下面的方案：',
    adopt: ({ data, pipeline, tensor, zero }, microBatches) =>
      `改用数据 ${data} × 流水线 ${pipeline} × 张量 ${tensor}，${microBatches} 个微批次${zero === 'parameters' ? '，ZeRO 第 3 阶段' : ''}`,
    unequalHint: '较慢的 rank 会真的在中间休息；内存少就是上限更低。',
    speed: '速度',
    memory: '内存',
    speedOf: (rank) => `rank ${rank} 的速度（百分比）`,
    memoryOf: (rank) => `rank ${rank} 的内存上限（MiB）`,
  },

  control: {
    stepThrough: '逐个动作',
    stepThroughHint: '每个 rank 在每个动作之前都等着，直到你放行。',
    stepping: '各 rank 都在下一个动作之前等待。',
    lose: '失去一个 rank…',
    kill: '突然结束，如同标签页被关闭',
    hang: '卡住，如同永不结束的程序',
    phases: {
      opening: '正在启动各 rank…',
      measuring: '各 rank 正在测量自己的速度和连接…',
      preparing: '各 rank 正在构建自己的那部分模型…',
    },
    transports: { shared: '消息走共享内存。', ports: '消息走端口。', threads: '消息在线程之间传送。' },
  },

  lost: {
    what: (problem, step, from) =>
      `${problem}它在${step === 0 ? '第一步完成之前' : `第 ${step} 步之后`}失去，其他 rank 已停下。${
        from === 0 ? '还没有快照：只能从头开始。' : `最近的快照在第 ${from} 步。`
      }`,
    goOn: (from) => (from === 0 ? '换上新的 rank，从头开始' : `换上新的 rank，从第 ${from} 步继续`),
  },

  timeline: {
    title: '一步的时间线',
    planned: '计划',
    measured: '实测',
    predicted: '预测',
    captionPlan: '设前向用时 1、反向用时 2、消息不花时间，各 rank 会做什么。数字是微批次的编号。',
    captionPrediction: '由各 rank 事先测得的速度和连接算出，假设每个 rank 独占一个核心；层内求和计入计算。数字是微批次的编号。',
    captionRun: (step) => `上为预测，假设每个 rank 独占一个核心，层内求和计入计算；下为第 ${step} 步的实测。数字是微批次的编号。`,
    bubble: (share) => `气泡 ${share}`,
    kinds: { forward: '前向', backward: '反向', weight: '权重梯度', communication: '通信', update: '优化器', idle: '空闲' },
    unitAxis: '时间，以一次前向为单位',
    millisecondAxis: '毫秒',
    secondAxis: '秒',
    busy: '计算',
    busyHint: '该 rank 在这一步中用于计算的时间占比',
    zoomIn: '放大',
    zoomOut: '缩小',
    whole: '整步',
    zoomHint: '拖选一段即可放大；Ctrl + 滚轮或双指缩放。',
    keyHint: '时间线。加减号缩放，方向键移动，0 显示整步。',
    point: '指向一段，查看详情。',
    asTable: '以表格显示',
    order: '依次',
    viewsRun: '这是上一次运行；设置在那之后有改动。',
    viewsPlan: '这是新设置的计划；下面测得的结果属于上一次运行。',
    showRun: '查看上一次运行',
    showPlan: '查看新的计划',
    noPlan: '网格无效，没有计划。',
    reduce: '求和',
    update: '更新',
    summary: (ranks, makespan) => `${ranks} 个 rank，从头到尾 ${makespan}。`,
    unit: (value) => `${value} 次前向`,
  },

  actions: {
    forward: (microBatch, stage) => `微批次 ${microBatch} 的前向${stage}`,
    backward: (microBatch, stage) => `微批次 ${microBatch} 的反向${stage}`,
    backward_input: (microBatch, stage) => `微批次 ${microBatch} 的输入梯度${stage}`,
    backward_weight: (microBatch, stage) => `微批次 ${microBatch} 的权重梯度${stage}`,
    send_activation: (microBatch, peer) => `把微批次 ${microBatch} 的输出发给 rank ${peer}`,
    recv_activation: (microBatch, peer) => `从 rank ${peer} 接收微批次 ${microBatch} 的输入`,
    send_gradient: (microBatch, peer) => `把微批次 ${microBatch} 的梯度发给 rank ${peer}`,
    recv_gradient: (microBatch, peer) => `从 rank ${peer} 接收微批次 ${microBatch} 的梯度`,
    reduce_gradients: '与持有相同权重的 rank 求梯度之和',
    optimizer_step: '更新权重',
  },
  waitsForEnd: '等待这一步结束',

  steps: {
    title: '逐个动作',
    hint: '每个 rank 接下来做什么，此刻持有哪些张量。可以放行一个 rank，也可以放行所有能走的。',
    starting: '下一步开始时，各 rank 会停在第一个动作之前。',
    next: '下一个',
    nextAll: '所有 rank 各走一个动作',
    busy: '正在计算，或在等消息…',
    passRank: (rank, action) => `rank ${rank}：${action}`,
    pass: '执行',
    microBatch: '微批次',
    kinds: { input: '输入', output_gradient: '输出的梯度', activations: '激活', weight_gradients: '留作权重梯度' },
    total: (bytes) => `持有 ${bytes}`,
    chunk: (index) => `（第 ${index} 块）`,
  },

  figures: {
    time: '每步时间',
    timeCaption: '至今各步的中位数。预测时，共用核心的 rank 轮流计算。',
    predicted: '预测',
    measured: '实测',
    speedUp: (times, ranks, run) => `${ranks} 个 rank，速度是“${run}”的 ${times} 倍`,
    noBaseline: '没有可以对比的单 rank 运行',
    throughput: (tokens) => `${tokens} 词元/秒`,
    bubble: '气泡',
    bubbleCaption: '在前向和反向阶段，各 rank 停着不动的时间占比；实测取至今各步的中位数。',
    ideal: '公式',
    formula: (stages, microBatches) => `(p − 1) / (m + p − 1)，阶段数 p = ${stages}，微批次数 m = ${microBatches}；适用于 GPipe 与 1F1B`,
    afterRun: '运行后可知',
    suggestions: '可以试试',
    suggest: {
      communication: (share) =>
        `各 rank 有 ${share} 的时间在通信，或在求和时互相等待。可以增大批次，或减少通信最多的那个维度上的 rank：张量并行每层都要通信，ZeRO 第 3 阶段每个分段都要通信。`,
      bubble: (share, zeroBubble) => `最近一步的流水线气泡占 ${share}，超过 10%。可以增加微批次数${zeroBubble ? '或减少阶段数' : '、减少阶段数，或改用 ZB‑H1 调度'}。`,
      idleStages: (stages) => {
        const [numbers, shares] = [stages.map(({ stage }) => stage).join('、'), stages.map(({ share }) => share).join('、')];
        return `阶段 ${numbers} 只有 ${shares} 的时间在计算，低于 80%，而其他阶段更忙。可以按实测速度划分各层：把“划分”设为“均衡”。`;
      },
    },
    nothingToTry: '气泡不超过 10%，没有阶段在等更忙的阶段，通信不超过一步的 20%。',
    byHand: '最近一步是逐个动作完成的，用时不作判断。',
  },

  memory: {
    title: '各 rank 的内存',
    captionPlan: '每个 rank 至少要持有的内容；激活值另计。',
    captionRun: '各 rank 账本的峰值，按用途划分。',
    limit: (size) => `上限 ${size}`,
    beyond: (size) => `上限 ${size}，在图外`,
    atLeast: '至少',
    oneRank: '单个 rank',
  },

  traffic: {
    title: '一步发送的内容',
    caption: '所有 rank 合计：运行前算出的，与最近一步数出来的。',
    kind: '种类',
    bytes: '字节',
    messages: '消息数',
    waited: '等待',
    predicted: '预测',
    measured: '实测',
    total: '合计',
    kinds: {
      all_reduce: '全归约 all-reduce',
      reduce_scatter: '归约散发 reduce-scatter',
      all_gather: '全收集 all-gather',
      broadcast: '广播 broadcast',
      all_to_all: '全交换 all-to-all',
      scatter: '散发 scatter',
      gather: '收集 gather',
      barrier: '屏障 barrier',
      point_to_point: '点对点',
    },
    empty: '按“运行”：每个 rank 的每种消息都会计数，与预测并列。',
    saved: (share, sent, whole) => `压缩省下了梯度字节的 ${share}：只发 ${sent}，而不是 ${whole}。`,
    effect: (share) => `代价是损失与一个 rank 时最多相差 ${share}。`,
    effectUnknown: '添加一个单 rank 的运行，才能看出它对损失的影响。',
  },

  loss: {
    title: '损失',
    caption: '多个 rank 的损失，画在一个 rank 的损失之上。',
    difference: (share, step) => `最大相差 ${share}，在第 ${step} 步`,
    same: '每一位数字都相同',
    empty: '按“运行”：两条曲线应当重合。',
    summary: (run, loss) => `${run}最后的损失：${loss}。`,
  },

  lesson: {
    heading: '课程',
    watch: '看什么',
    set: (name) => `设置：${name}`,
    close: '收起课程',
  },
  lessons: zhLessons,
};

export const zh: LabText & { own: ParallelMessages } = {
  name: '并行训练',
  question: '一次训练，多个 rank',
  lead: '每个 rank 都是一个有自己内存的工作线程。要让它们像一个那样学习，代价是什么？',
  presets: { 'one-rank-and-mesh': '一个 rank 与一个网格' },
  own,
};
