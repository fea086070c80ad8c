/** The experiments of the lessons, as changes of what the lab begins with. Their texts are in `text/`. */
import mergePatch from 'json-merge-patch';
import { equal } from '../../engine/spec/patch';
import type { Language } from '../../shell/text/language';
import type { MeshSpec } from '../../types/generated/MeshSpec';
import type { RunSpec } from '../../types/generated/RunSpec';
import type { Spec } from '../../types/generated/Spec';
import { presetSpec } from './preset';

/** Changes below each section of a run. */
export type BasePatch = { [K in keyof RunSpec]?: Partial<RunSpec[K]> };

const replicas = (data: number, mesh: Partial<MeshSpec> = {}): BasePatch => ({ mesh: { data, pipeline: 1, ...mesh }, training: { micro_batches: 1 } });
const stages = (micro_batches: number, schedule: MeshSpec['schedule'] = 'gpipe'): BasePatch => ({ mesh: { schedule }, training: { micro_batches } });
const slices = (mesh: Partial<MeshSpec> = {}): BasePatch => ({ mesh: { pipeline: 1, tensor: 2, ...mesh }, training: { micro_batches: 1 } });
// Four stages of two chunks each need eight layers.
const deep = (mesh: Partial<MeshSpec> = {}): BasePatch => ({ model: { n_layers: 8 }, mesh: { pipeline: 4, ...mesh } });
const compressed = (compression: RunSpec['communication']['compression']): BasePatch => ({ ...replicas(2), communication: { compression } });
const slow: RunSpec['ranks']['unequal'] = [{ rank: 1, speed_percent: 50, memory_limit: 1024 }];

export const LESSONS = {
  data: { two: replicas(2), four: replicas(4) },
  pipeline: { one: stages(1), two: stages(2), eight: stages(8) },
  memory: { gpipe: stages(8), '1f1b': stages(8, '1f1b') },
  bubble: { '1f1b': deep(), interleaved: deep({ schedule: 'interleaved_1f1b', chunks_per_stage: 2 }), zeroBubble: deep({ schedule: 'zb_h1' }) },
  tensor: { two: slices(), sequence: slices({ sequence_parallel: true }) },
  zero: {
    none: replicas(4),
    optimizer: replicas(4, { zero: 'optimizer' }),
    gradients: replicas(4, { zero: 'gradients' }),
    parameters: replicas(4, { zero: 'parameters' }),
  },
  unequal: { even: { ranks: { unequal: slow } }, balanced: { mesh: { partition: 'balanced' }, ranks: { unequal: slow } } },
  compression: { none: compressed('none'), float16: compressed('float16'), int8: compressed('int8'), topK: compressed('top_k') },
} satisfies Record<string, Record<string, BasePatch>>;

export type LessonKey = keyof typeof LESSONS;

/** The experiment that a lesson sets up: one rank, and a mesh. */
export function setUp(patch: BasePatch, language: Language): Spec {
  const { base, ...spec } = presetSpec(language);
  return { ...spec, base: mergePatch.apply(base, structuredClone(patch)) as RunSpec };
}

/** Whether two experiments do the same, whatever their runs are called. */
export const sameSettings = (a: Spec, b: Spec): boolean => {
  const settings = ({ base, runs }: Spec) => ({ base, patches: runs.map(({ patch }) => patch) });
  return equal(settings(a), settings(b));
};
