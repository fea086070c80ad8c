/** This engine, in a worker as on the site. */
import { Peak } from './peak.mjs';

let worker;
let peak;

/** Calls a function of `ours.worker.mjs`. */
const call = (name, ...args) =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data.value));
    worker.onerror = (event) => reject(new Error(event.message || 'the worker could not be started'));
    worker.postMessage({ name, args });
  });

window.peer = {
  /** With a build of the engine, by its folder. */
  open: async (threads, folder) => {
    worker = new Worker(new URL('ours.worker.mjs', import.meta.url), { type: 'module' });
    return call('open', threads, folder);
  },
  prepare: (row) => call('prepare', row),
  measure: (ms) => call('measure', ms),
  close: () => call('close'),
};

/** The machine's roof; see `peak.mjs`. */
window.peak = async (threads, loop) => {
  peak ??= await Peak.load(new URL('../../engine/peak/peak.wasm', import.meta.url), navigator.hardwareConcurrency);
  return peak.measure(threads, loop);
};
