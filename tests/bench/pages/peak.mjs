/**
 * The roof of the machine: register-only loops (`../peak/`), on one thread or on several that start together.
 * Every row of the benchmark is also told as a fraction of it.
 */
const WORKER = `
onmessage = async ({ data }) => {
  if (data.module) {
    self.loops = (await WebAssembly.instantiate(data.module)).exports;
    postMessage('ready');
    return;
  }
  while (performance.timeOrigin + performance.now() < data.at);
  const start = performance.now();
  self.loops[data.loop](data.rounds);
  postMessage(performance.now() - start);
};`;

/** Operations of one round of each loop. */
const OPERATIONS = { peak: 96, peak_mul_add: 96, peak_i8_dot: 384, peak_i16_dot: 128 };

export class Peak {
  /** Loads the loops into `threads` workers and warms them up: V8 compiles in two tiers. */
  static async load(url, threads) {
    const peak = new Peak();
    const module = await WebAssembly.compileStreaming(fetch(url));
    const source = URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' }));
    peak.workers = await Promise.all(
      Array.from({ length: threads }, async () => {
        const worker = new Worker(source);
        worker.postMessage({ module });
        await new Promise((resolve) => (worker.onmessage = resolve));
        return worker;
      }),
    );
    for (let i = 0; i < 3; i++) {
      for (const loop of Object.keys(OPERATIONS)) await peak.measure(threads, loop, 1);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    return peak;
  }

  /** Best of some runs of `loop` on `threads` workers, in 10⁹ operations per second. */
  async measure(threads, loop = 'peak', runs = 5, rounds = 400000) {
    let best = 0;
    for (let run = 0; run < runs; run++) {
      const at = performance.timeOrigin + performance.now() + 2;
      const times = await Promise.all(
        this.workers.slice(0, threads).map(
          (worker) =>
            new Promise((resolve) => {
              worker.onmessage = ({ data }) => resolve(data);
              worker.postMessage({ loop, rounds, at });
            }),
        ),
      );
      best = Math.max(best, times.reduce((sum, ms) => sum + (OPERATIONS[loop] * rounds) / ms / 1e6, 0));
    }
    return best;
  }
}
