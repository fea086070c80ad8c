/**
 * How long calls take, by clocks of any coarseness: 5 µs in Chromium's isolated pages, 100 µs in others, 1 ms and more in other
 * browsers.
 */

/** A sample lasts at least this long, and at least so many ticks of the clock: then a tick is 2 % of it. */
const SAMPLE_MS = 0.5;
const SAMPLE_TICKS = 50;
/** Changes of the clock that are looked at, of which the median is its tick: one that was interrupted lasts longer. */
const CHANGES = 7;
/** A clock that shows the same at so many readings stands still. */
const PATIENCE = 1e8;

const clock = () => performance.now();

export function median(values) {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Milliseconds between two times that the clock can show. */
export function tickOf(now = clock, patience = PATIENCE) {
  const changes = [];
  let last = now();
  for (let reading = 0; changes.length < CHANGES; reading++) {
    if (reading > patience) throw new Error(`the clock shows ${last} ms at ${patience} readings in a row: nothing can be timed by it`);
    const next = now();
    if (next > last) {
      changes.push(next - last);
      reading = 0;
    }
    last = next;
  }
  return median(changes);
}

/** The least milliseconds of a sample by a clock with that tick. */
export const sampleMs = (tick) => Math.max(SAMPLE_MS, SAMPLE_TICKS * tick);

/** Collects samples of `calls` calls each, which are as many as make a sample long enough for the clock. */
export class Sampler {
  calls = 1;
  samples = [];
  total = 0;

  /** It is done once the samples together lasted `ms` and there are `least` of them. */
  constructor(ms, least, tick) {
    Object.assign(this, { ms, least, shortest: sampleMs(tick) });
  }

  /** Takes in what `calls` calls took; the next time there may be more of them. */
  add(elapsed) {
    if (elapsed < this.shortest) {
      this.calls *= 2;
      return;
    }
    this.samples.push(elapsed / this.calls);
    this.total += elapsed;
  }

  get done() {
    return this.total >= this.ms && this.samples.length >= this.least;
  }

  /** Milliseconds of one call. */
  get result() {
    return median(this.samples);
  }
}

let tick;
const sampler = (ms, least) => new Sampler(ms, least, (tick ??= tickOf()));

/** Median milliseconds of one call of `f`, called for about `ms` and at least `least` samples. */
export async function time(f, ms, least = 5) {
  const sampling = sampler(ms, least);
  await f();
  while (!sampling.done) {
    const start = clock();
    for (let i = 0; i < sampling.calls; i++) await f();
    sampling.add(clock() - start);
  }
  return sampling.result;
}

/** As {@link time}, for a function that has finished when it returns. */
export function timeSync(f, ms, least = 5) {
  const sampling = sampler(ms, least);
  f();
  while (!sampling.done) {
    const start = clock();
    for (let i = 0; i < sampling.calls; i++) f();
    sampling.add(clock() - start);
  }
  return sampling.result;
}

/** As {@link time}, for steps of a training, which are long: two samples do. */
export const timeSteps = (step, ms) => time(step, ms, 2);

/** What remains of `whole` without `part`, both measured; none where most of it is the part, and the rest mostly noise. */
export const remainder = (whole, part) => (whole - part > whole / 2 ? whole - part : undefined);
