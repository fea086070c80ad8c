/** Meshes that are chosen by one press; what they do not name is as the lab begins. */
import { equal } from '../../../engine/spec/patch';
import type { MeshSpec } from '../../../types/generated/MeshSpec';
import type { RunSpec } from '../../../types/generated/RunSpec';
import { presetSpec } from '../preset';
import type { PresetKey } from '../text/messages';

interface Preset {
  mesh: Partial<MeshSpec>;
  microBatches?: number;
}

const unstaged = (mesh: Partial<MeshSpec>): Preset => ({ mesh: { ...mesh, pipeline: 1 }, microBatches: 1 });

const PRESETS: Record<PresetKey, Preset> = {
  dp2: unstaged({ data: 2 }),
  dp4: unstaged({ data: 4 }),
  tp2: unstaged({ tensor: 2 }),
  gpipe: { mesh: { schedule: 'gpipe' } },
  '1f1b': { mesh: {} },
  interleaved: { mesh: { schedule: 'interleaved_1f1b', chunks_per_stage: 2 } },
  zeroBubble: { mesh: { schedule: 'zb_h1' } },
  zero3: unstaged({ data: 4, zero: 'parameters' }),
  pp4dp2: { mesh: { data: 2, pipeline: 4 } },
  all: { mesh: { data: 2, tensor: 2 } },
};

export const PRESET_KEYS = Object.keys(PRESETS) as PresetKey[];

const { base } = presetSpec('en');

/** A mesh and the micro-batches that go with it, as a patch. */
export const meshPatch = (mesh: MeshSpec, micro_batches: number) => ({ mesh, training: { micro_batches } });

const meshOf = (key: PresetKey) => meshPatch({ ...base.mesh, ...PRESETS[key].mesh }, PRESETS[key].microBatches ?? base.training.micro_batches);

/** What a preset changes: ranks are alike then, and send what they have. A lesson may have left others. */
export const presetPatch = (key: PresetKey) => ({
  ...meshOf(key),
  communication: { compression: base.communication.compression },
  ranks: { unequal: [] },
});

/** The preset whose mesh a run has. */
export const presetOf = ({ mesh, training }: RunSpec): PresetKey | undefined =>
  PRESET_KEYS.find((key) => equal(meshOf(key), meshPatch(mesh, training.micro_batches)));
