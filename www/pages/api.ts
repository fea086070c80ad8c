/** `window.tinyai`, for those who write code instead of filling in forms. */
import { plainProblem } from '../engine/error';
import { TinyaiError, createLab, type Lab, type LabOptions, type RunOptions } from '../engine/index';
import { defaultSpec } from '../engine/spec/defaults';
import { schema } from '../engine/spec/schema';
import { LABS } from '../labs';
import { version } from '../package.json';
import type { ExperimentResult } from '../types/generated/ExperimentResult';

/** What every page offers; `site`: the root of the site. */
export function api(site: URL) {
  const create = (options: LabOptions = {}): Promise<Lab> => createLab({ assetBase: site, engineBase: new URL('engine/', site), ...options });
  return {
    /** Runs any experiment in an engine of its own, on one rank or many; rejects with an error that carries `problems`, in plain words. */
    async run(spec: unknown, options?: RunOptions): Promise<ExperimentResult> {
      const lab = await create();
      try {
        return await lab.run(spec, options).result;
      } catch (error) {
        throw error instanceof TinyaiError ? new TinyaiError(error.problems.map(plainProblem)) : error;
      } finally {
        lab.close();
      }
    },
    defaultSpec,
    schema,
    version,
    /** Ids of the labs. */
    labs: Object.keys(LABS),
    /** An engine of its own, which `close` ends. */
    createLab: create,
  };
}

export type { Lab, LabOptions };

declare global {
  interface Window {
    tinyai: ReturnType<typeof api>;
  }
}
