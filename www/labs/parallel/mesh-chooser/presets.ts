/** Meshes that are chosen by one press; what they do not name is as by default. */
import type { PresetKey } from '../../i18n/parallel/messages';
import { defaultParallelSpec } from '../../parallel/parallel-spec';
import { equal } from '../../spec/patch';
import type { MeshSpec } from '../../types/generated/MeshSpec';
import type { ParallelSpec } from '../../types/generated/ParallelSpec';

const alone = { pipeline: 1, micro_batches: 1 } as const;

const PRESETS: Record<PresetKey, Partial<MeshSpec>> = {
  dp2: { ...alone, data: 2 },
  dp4: { ...alone, data: 4 },
  tp2: { ...alone, tensor: 2 },
  gpipe: { schedule: 'gpipe' },
  '1f1b': {},
  interleaved: { schedule: 'interleaved_1f1b', chunks_per_stage: 2 },
  zeroBubble: { schedule: 'zb_h1' },
  zero3: { ...alone, data: 4, zero: 'parameters' },
  pp4dp2: { data: 2, pipeline: 4 },
  all: { data: 2, tensor: 2, micro_batches: 4 },
};

export const PRESET_KEYS = Object.keys(PRESETS) as PresetKey[];

const presetMesh = (key: PresetKey): MeshSpec => ({ ...defaultParallelSpec.mesh, ...PRESETS[key] });

/** What a preset makes of a spec: ranks that are alike and send what they have. A lesson may have left others. */
export const withPreset = (spec: ParallelSpec, key: PresetKey): ParallelSpec => ({
  ...spec,
  mesh: presetMesh(key),
  communication: { ...spec.communication, compression: defaultParallelSpec.communication.compression },
  ranks: { ...spec.ranks, unequal: [] },
});

/** The preset that a mesh is. */
export const presetOf = (mesh: MeshSpec): PresetKey | undefined => PRESET_KEYS.find((key) => equal(presetMesh(key), mesh));
