/** The engine's side of shelves of adapters. */
import { TinyaiError, problem } from '../error';
import type { Handlers } from '../rpc';
import type { WasmEngine, WasmShelf } from '../wasm';
import type { ShelfMethods } from './methods';
import type { Written } from '../../types/generated/Written';

/** What is written is told together, at least this often. */
const BATCH_MILLISECONDS = 60;

export function shelfHandlers(engine: () => WasmEngine): Handlers<ShelfMethods> {
  const shelves = new Map<number, WasmShelf>();
  const close = (shelf: number): void => {
    shelves.get(shelf)?.free();
    shelves.delete(shelf);
  };
  const opened = (shelf: number): WasmShelf => {
    const found = shelves.get(shelf);
    if (!found) throw new TinyaiError([problem('internal', 'The shelf of adapters was closed. Try again.', '适配器架已关闭，请重试。')]);
    return found;
  };
  return {
    shelfAssets: (spec) => engine().shelf_assets(spec),
    openShelf: ({ shelf, spec, files }) => {
      close(shelf);
      const { Shelf } = engine();
      shelves.set(shelf, new Shelf(spec, files));
    },
    closeShelf: close,
    shelf: ({ shelf, method, args }) => {
      const found = opened(shelf);
      return (found[method] as (...args: unknown[]) => unknown).apply(found, args);
    },
    writeOnShelf: async ({ shelf, requests, sampling }, { signal, progress }) => {
      const found = opened(shelf);
      let told = performance.now();
      let written: Written = found.write(requests, sampling);
      while (!written.finished) {
        if (performance.now() - told >= BATCH_MILLISECONDS) {
          progress(written);
          told = performance.now();
          await heard();
          signal.throwIfAborted();
        }
        written = found.next();
      }
      return written;
    },
  };
}

/** Lets the messages that have come in be handled; a timer would wait 4 ms each time. */
function heard(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
