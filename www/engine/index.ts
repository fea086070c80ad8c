/**
 * The engine of TinyAI Playground as an ES module without a page.
 *
 * ```js
 * const lab = await createLab();
 * const result = await lab.run(spec, { onEvent: console.log }).result;
 * ```
 */
import { Lab, type LabOptions } from './lab';

export { TinyaiError } from './error';
export { Lab, type LabOptions, type LabRun, type RunOptions } from './lab';
export type { Loading } from '../workers/protocol';
export type * from '../types/generated/index';

/** Starts an engine worker and loads the best build for this browser. */
export async function createLab(options: LabOptions = {}): Promise<Lab> {
  const lab = new Lab(options);
  await lab.environment();
  return lab;
}
