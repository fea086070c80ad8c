import type { LabText } from '../../../shell/text/lab-text';
import { enLessons } from './en-lessons';
import type { ParallelMessages } from './messages';

const own: ParallelMessages = {
  mesh: {
    presets: 'Ready-made',
    presetNames: {
      dp2: 'data 2',
      dp4: 'data 4',
      tp2: 'tensor 2',
      gpipe: 'GPipe 2',
      '1f1b': '1F1B 2',
      interleaved: 'interleaved 2',
      zeroBubble: 'zero bubble 2',
      zero3: 'ZeRO‑3 over 4',
      pp4dp2: 'pipeline 4 × data 2',
      all: '2 × 2 × 2',
    },
    ranks: (count) => (count === 1 ? '1 rank' : `${count} ranks`),
    rank: (rank) => `rank ${rank}`,
    replica: (index) => `Replica ${index}`,
    stage: (index) => `stage ${index}`,
    slice: (index, of) => `slice ${index} of ${of}`,
    embedding: 'embedding',
    head: 'head',
    layers: (first, last) => (first === last ? `layer ${first}` : `layers ${first}–${last}`),
    half: { attention: 'attention', feed_forward: 'feed-forward' },
    holds: (what) => what.join(', '),
    share: (parameters) => `${parameters} parameters`,
    zeroShare: (of, what) => `1/${of} of ${what}`,
    zeroWhat: { optimizer: 'the optimizer’s state', gradients: 'gradients and state', parameters: 'weights, gradients and state' },
    modelKey: 'Each strip is the model, from embedding to head; what the rank holds of it is filled in.',
    noPlan: 'What each rank holds appears here when the plan can be made.',
    alone: 'One rank holds the whole model. Take more along an axis, or one of these:',
    adopt: ({ data, pipeline, tensor, zero }, microBatches) =>
      `Take data ${data} × pipeline ${pipeline} × tensor ${tensor}, ${microBatches === 1 ? '1 micro-batch' : `${microBatches} micro-batches`}${zero === 'parameters' ? ', ZeRO stage 3' : ''}`,
    unequalHint: 'A slower rank really rests in between; less memory is a lower limit.',
    speed: 'speed',
    memory: 'memory',
    speedOf: (rank) => `Speed of rank ${rank} in percent`,
    memoryOf: (rank) => `Memory limit of rank ${rank} in MiB`,
  },

  control: {
    stepThrough: 'Action by action',
    stepThroughHint: 'Every rank waits before each of its actions, until you let it go on.',
    stepping: 'Every rank waits before its next action.',
    lose: 'Lose a rank…',
    kill: 'It ends, as if its tab were closed',
    hang: 'It hangs, as a program that never ends',
    phases: {
      opening: 'Starting the ranks…',
      measuring: 'Each rank measures its speed and its connections…',
      preparing: 'Each rank builds its part of the model…',
    },
    transports: { shared: 'Messages go over shared memory.', ports: 'Messages go over ports.', threads: 'Messages go between threads.' },
  },

  lost: {
    what: (problem, step, from) =>
      `${problem} ${step === 0 ? 'It was lost before the first step was done' : `It was lost after step ${step}`}, and the others have stopped. ${
        from === 0 ? 'There is no snapshot yet: the run would go on from the beginning.' : `The last snapshot is of step ${from}.`
      }`,
    goOn: (from) => (from === 0 ? 'Begin again with new ranks' : `Go on from step ${from} with new ranks`),
  },

  timeline: {
    title: 'Timeline of a step',
    planned: 'planned',
    measured: 'measured',
    predicted: 'predicted',
    captionPlan: 'What each rank will do, if a forward takes 1, a backward 2, and messages nothing. Numbers are micro-batches.',
    captionPrediction:
      'Computed from what each rank measured of itself and its connections, as if it had a core of its own; sums inside a layer count as computing. Numbers are micro-batches.',
    captionRun: (step) => `Above: predicted, as if each rank had a core of its own, sums inside a layer counting as computing; below: measured in step ${step}. Numbers are micro-batches.`,
    bubble: (share) => `bubble ${share}`,
    kinds: {
      forward: 'forward',
      backward: 'backward',
      weight: 'weight gradients',
      communication: 'communication',
      update: 'optimizer',
      idle: 'idle',
    },
    unitAxis: 'time, in forwards',
    millisecondAxis: 'milliseconds',
    secondAxis: 'seconds',
    busy: 'computing',
    busyHint: 'Share of the step in which the rank computes',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    whole: 'Whole step',
    zoomHint: 'Drag over a stretch to enlarge it; Ctrl + wheel or pinch to zoom.',
    keyHint: 'Timeline. Plus and minus zoom, arrows move, 0 shows the whole step.',
    point: 'Point at a span to read it.',
    asTable: 'As a table',
    order: 'in order',
    viewsRun: 'This is the last run; the settings have changed since.',
    viewsPlan: 'This is the plan of the new settings; what was measured below is of the last run.',
    showRun: 'Show the last run',
    showPlan: 'Show the new plan',
    noPlan: 'Without a valid mesh there is no plan.',
    reduce: 'sum',
    update: 'opt',
    summary: (ranks, makespan) => `${ranks} ranks, ${makespan} from beginning to end.`,
    unit: (value) => `${value} forwards`,
  },

  actions: {
    forward: (microBatch, stage) => `forward of micro-batch ${microBatch}${stage}`,
    backward: (microBatch, stage) => `backward of micro-batch ${microBatch}${stage}`,
    backward_input: (microBatch, stage) => `input gradients of micro-batch ${microBatch}${stage}`,
    backward_weight: (microBatch, stage) => `weight gradients of micro-batch ${microBatch}${stage}`,
    send_activation: (microBatch, peer) => `send the output of micro-batch ${microBatch} to rank ${peer}`,
    recv_activation: (microBatch, peer) => `receive the input of micro-batch ${microBatch} from rank ${peer}`,
    send_gradient: (microBatch, peer) => `send the gradient of micro-batch ${microBatch} to rank ${peer}`,
    recv_gradient: (microBatch, peer) => `receive the gradient of micro-batch ${microBatch} from rank ${peer}`,
    reduce_gradients: 'sum gradients with the ranks that hold the same weights',
    optimizer_step: 'update the weights',
  },
  waitsForEnd: 'wait for the end of the step',

  steps: {
    title: 'Action by action',
    hint: 'What each rank will do next, and which tensors it holds now. Let one rank go on, or all that can.',
    starting: 'The ranks reach their first action when the next step begins.',
    next: 'Next',
    nextAll: 'Next action of every rank',
    busy: 'computes, or waits for a message…',
    passRank: (rank, action) => `Rank ${rank}: ${action}`,
    pass: 'Do it',
    microBatch: 'micro-batch',
    kinds: { input: 'input', output_gradient: 'gradient of the output', activations: 'activations', weight_gradients: 'for weight gradients' },
    total: (bytes) => `holds ${bytes}`,
    chunk: (index) => `, chunk ${index}`,
  },

  figures: {
    time: 'Time of a step',
    timeCaption: 'Median over the steps so far. The prediction lets ranks that share a core take turns.',
    predicted: 'predicted',
    measured: 'measured',
    speedUp: (times, ranks, run) => `${times} times as fast as ${run}, on ${ranks} ranks`,
    noBaseline: 'no run on one rank to compare with',
    throughput: (tokens) => `${tokens} tokens/s`,
    bubble: 'Bubble',
    bubbleCaption: 'Share of the forward and backward phase that ranks stand still; measured: the median over the steps so far.',
    ideal: 'formula',
    formula: (stages, microBatches) => `(p − 1) / (m + p − 1) with p = ${stages} stages, m = ${microBatches} micro-batches; for GPipe and 1F1B`,
    afterRun: 'after a run',
    suggestions: 'What to try',
    suggest: {
      communication: (share) =>
        `Ranks communicate, or wait for each other in a sum, for ${share} of the step. Use larger batches, or fewer ranks along the axis that talks most: tensor ranks in every layer, ZeRO stage 3 for every segment.`,
      bubble: (share, zeroBubble) =>
        `The bubble of the last step is ${share} of the pipeline’s time, more than 10%. Use more micro-batches${zeroBubble ? ' or fewer stages' : ', fewer stages, or the schedule ZB‑H1'}.`,
      idleStages: (stages) => {
        const [numbers, shares] = [stages.map(({ stage }) => stage).join(', '), stages.map(({ share }) => share).join(', ')];
        const subject = stages.length === 1 ? `Stage ${numbers} computes` : `Stages ${numbers} compute`;
        return `${subject} only ${shares} of the time, less than 80%, while others have more to do. Divide the layers by measured speed: division, balanced.`;
      },
    },
    nothingToTry: 'The bubble is at most 10%, no stage waits for busier ones, and ranks communicate for at most 20% of the step.',
    byHand: 'The last step was done action by action: its times say nothing.',
  },

  memory: {
    title: 'Memory of each rank',
    captionPlan: 'What each rank will hold at the least; activations come on top.',
    captionRun: 'Peak of each rank’s ledger, by what it holds.',
    limit: (size) => `limit ${size}`,
    beyond: (size) => `limit ${size}, off the scale`,
    atLeast: 'at least',
    oneRank: 'one rank alone',
  },

  traffic: {
    title: 'What is sent in a step',
    caption: 'Sums over all ranks: computed before the run, and counted in the last step.',
    kind: 'Kind',
    bytes: 'Bytes',
    messages: 'Messages',
    waited: 'Waiting',
    predicted: 'predicted',
    measured: 'measured',
    total: 'all',
    kinds: {
      all_reduce: 'all-reduce',
      reduce_scatter: 'reduce-scatter',
      all_gather: 'all-gather',
      broadcast: 'broadcast',
      all_to_all: 'all-to-all',
      scatter: 'scatter',
      gather: 'gather',
      barrier: 'barrier',
      point_to_point: 'point to point',
    },
    empty: 'Run: each kind of message is counted at every rank, beside what was predicted.',
    saved: (share, sent, whole) => `Compression saved ${share} of the gradients’ bytes: ${sent} instead of ${whole}.`,
    effect: (share) => `In return, the loss was off that of one rank by ${share} at most.`,
    effectUnknown: 'Add a run on one rank to see what that did to the loss.',
  },

  loss: {
    title: 'Loss',
    caption: 'The loss on several ranks drawn over that on one rank.',
    difference: (share, step) => `largest difference ${share}, at step ${step}`,
    same: 'no difference in any digit',
    empty: 'Run: both curves should lie on each other.',
    summary: (run, loss) => `Last loss of ${run}: ${loss}.`,
  },

  lesson: {
    heading: 'Lessons',
    watch: 'Watch',
    set: (name) => `Set up: ${name}`,
    close: 'Close the lesson',
  },
  lessons: enLessons,
};

export const en: LabText & { own: ParallelMessages } = {
  name: 'Parallel',
  question: 'One training, many ranks',
  lead: 'Each rank is a worker with a memory of its own. What does it cost to make them learn as one?',
  presets: { 'one-rank-and-mesh': 'One rank and a mesh' },
  figures: { ranks: 'Controls of the ranks', timeline: own.timeline.title, step: 'Time of a step', memory: own.memory.title, traffic: own.traffic.title },
  own,
};
