/** Libraries for tests of the benchmark, which take the time that they are told to. */
import { WoundClock } from '../shell/testing/clock';
import { Benchmark, type BenchmarkOptions } from './benchmark';
import type { Frame, OpenFrame } from './frames';
import type { Machine, QueryPort } from './ports';

const MACHINE: Machine = { cores: 4, browser: 'Chrome 140', isolated: true, peerBytes: 0 };

/** An address bar. */
export class Query implements QueryPort {
  constructor(public text = '') {}

  read = (): string => this.text;
  write = (query: string): void => void (this.text = query);
}

/** Frames of which none is anywhere. */
export class Frames {
  /** Those that are open, as `library threads mode`. */
  readonly open = new Set<string>();
  /** What opening a library fails with. */
  readonly refusing = new Map<string, Error>();
  /** Waited for before anything is measured. */
  before: (library: string) => Promise<unknown> = async () => undefined;

  readonly opener: OpenFrame = async (library, threads, mode, signal) => {
    signal.throwIfAborted();
    const refused = this.refusing.get(mode ?? library) ?? this.refusing.get(library);
    if (refused) throw refused;
    const name = [library, threads, mode].filter((part) => part !== undefined).join(' ');
    this.open.add(name);
    return this.frame(library, name, signal);
  };

  private frame(library: string, name: string, signal: AbortSignal): Frame {
    const ours = library === 'ours';
    return {
      library,
      prepare: async () => ({}),
      measure: async () => {
        await this.before(library);
        signal.throwIfAborted();
        return { plain: ours ? 10 : 20 };
      },
      close: async () => undefined,
      ...(ours && { peak: async (threads: number) => 100 * threads }),
      leave: () => void this.open.delete(name),
    };
  }
}

/** A benchmark in a browser with all features, unless told otherwise. */
export async function started(frames: Frames, query: Query, { machine, ...options }: Partial<Omit<BenchmarkOptions, 'machine'>> & { machine?: Partial<Machine> } = {}): Promise<Benchmark> {
  const bench = new Benchmark({
    machine: { ...MACHINE, ...machine },
    query,
    clock: new WoundClock(),
    probe: async () => ({ simd: true, relaxedSimd: true, threads: true }),
    open: frames.opener,
    drawn: async () => undefined,
    ...options,
  });
  await bench.start();
  return bench;
}
