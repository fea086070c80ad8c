/**
 * The roof of the machine: register-only loops (`../peak/`), on one thread or on several that start together.
 * Every row of the benchmark is also told as a fraction of it.
 */
import { sampleMs, tickOf } from './timing.mjs';

const WORKER = `
onmessage = async ({ data }) => {
  if (data.module) {
    self.loops = (await WebAssembly.instantiate(data.module)).exports;
    postMessage('ready');
    return;
  }
  // Each worker counts from its own start.
  const now = () => performance.timeOrigin + performance.now();
  while (now() < data.at);
  const start = now();
  self.loops[data.loop](data.rounds);
  postMessage([start, now()]);
};`;

/** For each roof its loops, of which the fastest counts, with the operations of one round. */
const LOOPS = {
  peak: { multiply_add_12: 12 * 8, multiply_add_24: 24 * 8 },
  peak_i8_dot: { dot_i8_12: 12 * 32, dot_i8_24: 24 * 32 },
};

/** A run lasts at least this long; it is a multiple of what starting the workers together may miss. */
const RUN_MS = 1;
/** By then a message has reached every worker. */
const START_MS = 5;
const FIRST_ROUNDS = 1 << 10;

/** 10⁹ operations per second of workers that did `operations` each, from the first start to the last end. */
export function together(operations, spans) {
  const ms = Math.max(...spans.map(([, end]) => end)) - Math.min(...spans.map(([start]) => start));
  return (spans.length * operations) / ms / 1e6;
}

export class Peak {
  /** The shortest run that the clock can time, and the rounds by loop that take so long. */
  shortest = Math.max(RUN_MS, sampleMs(tickOf()));
  rounds = {};

  constructor(workers) {
    this.workers = workers;
  }

  /** Loads the loops into a worker for each of `cores` and warms them up: V8 compiles in two tiers. */
  static async load(url, cores) {
    const module = await WebAssembly.compileStreaming(fetch(url));
    const source = URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' }));
    const workers = await Promise.all(
      Array.from({ length: cores }, async () => {
        const worker = new Worker(source);
        worker.postMessage({ module });
        await new Promise((resolve) => (worker.onmessage = resolve));
        return worker;
      }),
    );
    const peak = new Peak(workers);
    for (let i = 0; i < 3; i++) {
      for (const roof of Object.keys(LOOPS)) await peak.measure(cores, roof, 1);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    return peak;
  }

  /** Best of some runs of each loop of `roof` on `threads` workers, in 10⁹ operations per second. */
  async measure(threads, roof = 'peak', runs = 5) {
    const cores = this.workers.length;
    if (!(threads >= 1 && threads <= cores)) throw new Error(`the peak of ${threads} threads cannot be measured on ${cores} cores: choose 1 to ${cores}`);
    let best = 0;
    for (const [loop, operations] of Object.entries(LOOPS[roof])) {
      for (let run = 0; run < runs; run++) best = Math.max(best, await this.run(this.workers.slice(0, threads), loop, operations));
    }
    return best;
  }

  /** One run of a loop that is long enough for the clock. */
  async run(workers, loop, operations) {
    for (;;) {
      const rounds = (this.rounds[loop] ??= FIRST_ROUNDS);
      const at = performance.timeOrigin + performance.now() + START_MS;
      const spans = await Promise.all(workers.map((worker) => answer(worker, { loop, rounds, at })));
      if (spans.every(([start, end]) => end - start >= this.shortest)) return together(operations * rounds, spans);
      this.rounds[loop] = 2 * rounds;
    }
  }
}

function answer(worker, message) {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage(message);
  });
}
