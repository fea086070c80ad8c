/** The experiments of the lessons, as changes of the default spec. Their texts are in `i18n/parallel/`. */
import type { SpecPatch } from './parallel-spec';

const replicas = (data: number): SpecPatch['mesh'] => ({ data, pipeline: 1, micro_batches: 1 });
const stages = (pipeline: number, micro_batches: number): SpecPatch['mesh'] => ({ pipeline, micro_batches, schedule: 'gpipe' });
const deep: SpecPatch = { model: { n_layers: 8 } };

export const LESSONS = {
  data: { two: { mesh: replicas(2) }, four: { mesh: replicas(4) } },
  pipeline: { one: { mesh: stages(2, 1) }, two: { mesh: stages(2, 2) }, eight: { mesh: stages(2, 8) } },
  memory: { gpipe: { mesh: stages(2, 8) }, '1f1b': { mesh: { micro_batches: 8 } } },
  // Four stages of two chunks each need eight layers.
  bubble: {
    '1f1b': { ...deep, mesh: { pipeline: 4 } },
    interleaved: { ...deep, mesh: { pipeline: 4, schedule: 'interleaved_1f1b', chunks_per_stage: 2 } },
    zeroBubble: { ...deep, mesh: { pipeline: 4, schedule: 'zb_h1' } },
  },
  tensor: {
    two: { mesh: { pipeline: 1, tensor: 2, micro_batches: 1 } },
    sequence: { mesh: { pipeline: 1, tensor: 2, micro_batches: 1, sequence_parallel: true } },
  },
  zero: {
    none: { mesh: replicas(4) },
    optimizer: { mesh: { ...replicas(4), zero: 'optimizer' } },
    gradients: { mesh: { ...replicas(4), zero: 'gradients' } },
    parameters: { mesh: { ...replicas(4), zero: 'parameters' } },
  },
  unequal: {
    even: { ranks: { unequal: [{ rank: 1, speed_percent: 50, memory_limit: 1024 }] } },
    balanced: { mesh: { partition: 'balanced' }, ranks: { unequal: [{ rank: 1, speed_percent: 50, memory_limit: 1024 }] } },
  },
  compression: {
    none: { mesh: replicas(2) },
    float16: { mesh: replicas(2), communication: { compression: 'float16' } },
    int8: { mesh: replicas(2), communication: { compression: 'int8' } },
    topK: { mesh: replicas(2), communication: { compression: 'top_k' } },
  },
} satisfies Record<string, Record<string, SpecPatch>>;
