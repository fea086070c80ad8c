/** What the page asks its engine of shelves of adapters. */
import type { Report } from '../rpc';
import type { Files, WasmShelf } from '../wasm';
import type { TextRequest } from '../../types/generated/TextRequest';
import type { TextSampling } from '../../types/generated/TextSampling';
import type { Written } from '../../types/generated/Written';

/** What is asked at once; writing takes a while and has a method of its own. */
export type ShelfMethod = Exclude<keyof WasmShelf, 'write' | 'next' | 'free'>;
type Asked = { [K in ShelfMethod]: { method: K; args: Parameters<WasmShelf[K]> } }[ShelfMethod];

export interface ShelfMethods {
  shelfAssets(spec: unknown): string[];
  /** A shelf on the base of a spec, by a number of the page's. */
  openShelf(of: { shelf: number; spec: unknown; files: Files }): void;
  closeShelf(shelf: number): void;
  shelf(of: { shelf: number } & Asked): unknown;
  /** Has prompts continued, all in one batch, and tells what is written as it comes; heeds an abort between two tokens. */
  writeOnShelf(of: { shelf: number; requests: TextRequest[]; sampling: TextSampling }, progress: Report<Written>): Written;
}
