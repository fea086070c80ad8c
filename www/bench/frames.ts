/** Libraries in frames of their own, one a library and number of threads; a frame that is taken away takes its workers along. */
import type { Handle } from '../../tests/bench/measure.mjs';
import { folderOf } from '../engine/variants';
import type { BenchText } from './text/type';

/** What the pages of `tests/bench/pages` offer. */
interface PeerWindow extends Window {
  peer?: Omit<Handle, 'library' | 'mode'> & { open(threads: number, mode: string | undefined): Promise<unknown> };
  peak?: Handle['peak'];
}

/** A library that is open. */
export interface Frame extends Handle {
  leave(): void;
}

/** For how long a library may be silent. */
const PATIENCE_SECONDS = 120;

/** Where frames are opened. */
export interface FrameHost {
  document: Document;
  /** What to say where a library does not come, or does not answer. */
  text(): Pick<BenchText, 'didNotLoad' | 'noAnswer'>;
}

/** Opens a library; this engine's `mode` is the name of its build. All that is under way ends with the reason of `signal`. */
export type OpenFrame = (library: string, threads: number, mode: string | undefined, signal: AbortSignal) => Promise<Frame>;

export const framesIn = (host: FrameHost): OpenFrame => (library, threads, mode, signal) => openFrame(host, library, threads, mode, signal);

async function openFrame(host: FrameHost, library: string, threads: number, mode: string | undefined, signal: AbortSignal): Promise<Frame> {
  const { document } = host;
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.title = library;
  frame.src = new URL(`pages/${library}.html`, document.baseURI).href;
  const loaded = new Promise((resolve) => (frame.onload = resolve));
  document.body.append(frame);
  const leave = (): void => frame.remove();
  const patient = <T>(answer: T | Promise<T>): Promise<T> => answered(answer, signal, host);
  try {
    await patient(loaded);
    const { peer, peak } = frame.contentWindow as unknown as PeerWindow;
    if (!peer) throw new Error(host.text().didNotLoad(frame.src));
    await patient(peer.open(threads, mode && library === 'ours' ? folderOf(mode) : mode));
    return {
      library,
      ...(mode && { mode }),
      prepare: (row) => patient(peer.prepare(row)),
      measure: (ms) => patient(peer.measure(ms)),
      close: () => patient(peer.close()),
      ...(peak && { peak: (threads: number, loop: string) => patient(peak(threads, loop)) }),
      leave,
    };
  } catch (error) {
    leave();
    throw error;
  }
}

/** In the place of a library that could not be opened: every row tells why. */
export function closedFrame(library: string, error: unknown): Frame {
  const refuse = (): Promise<never> => Promise.reject(error instanceof Error ? error : new Error(String(error)));
  return { library, prepare: refuse, measure: refuse, close: refuse, leave: () => undefined };
}

/** The answer; rejected if there is none in time, or none is wanted any more. */
async function answered<T>(answer: T | Promise<T>, signal: AbortSignal, host: FrameHost): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop = (): void => undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(host.text().noAnswer(PATIENCE_SECONDS))), 1000 * PATIENCE_SECONDS);
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
  });
  if (signal.aborted) stop();
  try {
    return await Promise.race([answer, end]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
