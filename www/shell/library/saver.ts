import type { Progress } from './entry';
import { storageProblem, type StorageProblem } from './problems';
import { untilAborted } from './store';

/** Tells when the page may be about to end. */
export interface PagePort {
  /** Calls back when the page is hidden, and with `true` when it is left; gives what stops that. */
  onHide(listener: (isLeft: boolean) => void): () => void;
}

export function pagePort(window: Window): PagePort {
  return {
    onHide(listener) {
      const hidden = (): void => void (window.document.visibilityState === 'hidden' && listener(false));
      const left = (): void => listener(true);
      window.document.addEventListener('visibilitychange', hidden);
      window.addEventListener('pagehide', left);
      return () => {
        window.document.removeEventListener('visibilitychange', hidden);
        window.removeEventListener('pagehide', left);
      };
    },
  };
}

export interface SaverOptions {
  /** Stores progress; answers why it is not stored. */
  readonly save: (progress: Progress) => Promise<StorageProblem | null>;
  /** Asks the engine how far it is; null where nothing moved on since it was last asked. */
  readonly ask: (signal: AbortSignal) => Promise<Progress | null>;
  /** What the page knows at once, its result and states of the same steps; null where it has nothing newer than what it gave before. */
  readonly atHand?: () => Progress | null;
  readonly page: PagePort;
  /** Told when saving does not go as it should, and with null when it does again. */
  readonly onProblem: (problem: StorageProblem | null) => void;
  /** Milliseconds between the starts of two saves. */
  readonly interval?: number;
  /** Milliseconds that what is stored may be old; where saving is slow, saves start earlier for it. */
  readonly oldest?: number;
}

/** Longest pause after failures. */
const LONGEST_PAUSE = 5 * 60_000;
/** A hidden page saves at once, but not if it did this shortly before. */
const JUST_SAVED = 1_000;
/** Milliseconds after which an engine that does not answer is asked anew. */
const ENGINE_PATIENCE = 60_000;

/**
 * Saves a running experiment again and again, never twice at a time and at most half of the time.
 *
 * A save that took `d` is followed by the next one `max(2d, min(interval, oldest − d))` after it began, so that what is stored is at most
 * `oldest` old as long as a save takes no more than a third of that. Where it takes longer, the person is told how much is at stake.
 */
export class Saver {
  private readonly interval: number;
  private readonly oldest: number;
  private readonly ending = new AbortController();
  private readonly stopListening: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private due = Infinity;
  private saving: Promise<StorageProblem | null> | undefined;
  private began = -Infinity;
  private failures = 0;
  private lastWrite: Promise<unknown> = Promise.resolve();
  /** The newest that is not stored yet. */
  private pending: Progress | null = null;
  private told: StorageProblem | null = null;

  constructor(private readonly options: SaverOptions) {
    this.interval = options.interval ?? 8_000;
    this.oldest = options.oldest ?? 10_000;
    this.stopListening = options.page.onHide((isLeft) => this.onHide(isLeft));
    this.schedule(this.interval);
  }

  /** Saves if it is time. To be called whenever the engine reports something: timers of hidden pages run late. */
  tick(): void {
    if (!this.saving && Date.now() >= this.due) void this.start(() => this.askAndWrite());
  }

  /** Saves now, after a save that is under way; for moments that matter, such as a pause. */
  async saveNow(): Promise<StorageProblem | null> {
    while (this.saving) await this.saving;
    return this.start(() => this.askAndWrite());
  }

  /** Stores how the experiment ended, after a save that is under way, and stops. */
  async finish(progress: Progress): Promise<StorageProblem | null> {
    this.dispose();
    while (this.saving) await this.saving;
    return this.start(() => this.write(progress));
  }

  /** Stops; what is being written is still written. */
  dispose(): void {
    clearTimeout(this.timer);
    this.due = Infinity;
    this.stopListening();
    this.ending.abort(new DOMException('the saver was stopped', 'AbortError'));
  }

  private schedule(pause: number): void {
    if (this.ending.signal.aborted) return;
    clearTimeout(this.timer);
    this.due = Date.now() + pause;
    this.timer = setTimeout(() => void this.start(() => this.askAndWrite()), pause);
  }

  private onHide(isLeft: boolean): void {
    if (!isLeft) {
      if (!this.saving && Date.now() - this.began > JUST_SAVED) void this.start(() => this.askAndWrite());
      return;
    }
    // The engine has no time to answer any more.
    const progress = this.options.atHand?.() ?? this.pending;
    if (progress) this.write(progress).catch(() => undefined);
  }

  private start(save: () => Promise<StorageProblem | null>): Promise<StorageProblem | null> {
    this.saving ??= this.run(save).finally(() => (this.saving = undefined));
    return this.saving;
  }

  private async run(save: () => Promise<StorageProblem | null>): Promise<StorageProblem | null> {
    clearTimeout(this.timer);
    this.began = Date.now();
    const problem = await save().catch(notSaved);
    const took = Date.now() - this.began;
    this.failures = problem ? this.failures + 1 : 0;
    const pause = Math.max(2 * took, Math.min(this.interval, this.oldest - took));
    const wait = problem ? Math.max(pause, Math.min(LONGEST_PAUSE, this.interval * 2 ** this.failures)) : pause;
    this.tell(problem ?? (pause + took > this.oldest ? slowSaving(took, pause + took) : null));
    this.schedule(wait - took);
    return problem;
  }

  private async askAndWrite(): Promise<StorageProblem | null> {
    const { signal } = this.ending;
    let progress: Progress | null;
    try {
      progress = await patiently(this.options.ask, signal);
    } catch (thrown) {
      if (signal.aborted) return null;
      throw thrown;
    }
    progress ??= this.pending;
    return progress && this.write(progress);
  }

  /** One after the other. */
  private write(progress: Progress): Promise<StorageProblem | null> {
    this.pending = progress;
    const written = this.lastWrite.then(async () => {
      const problem = await this.options.save(progress);
      if (!problem && this.pending === progress) this.pending = null;
      return problem;
    });
    this.lastWrite = written.catch(() => undefined);
    return written;
  }

  /** Says each thing once. */
  private tell(problem: StorageProblem | null): void {
    if (problem?.reason === this.told?.reason) return;
    this.told = problem;
    this.options.onProblem(problem);
  }
}

/** Waits for the engine's answer, but neither for ever nor after the signal is aborted. */
async function patiently<T>(ask: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(new Error('the engine did not answer')), ENGINE_PATIENCE);
  const stop = (): void => patience.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await untilAborted(ask(patience.signal), patience.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0);

const slowSaving = (took: number, age: number): StorageProblem =>
  storageProblem(
    'slow',
    `Saving takes ${seconds(took)} s here, so it is done less often: if the tab crashes, up to ${seconds(age)} s of training are repeated.`,
    `这里保存一次需 ${seconds(took)} 秒，因此保存得较少：如果标签页崩溃，最多需重做 ${seconds(age)} 秒的训练。`,
    seconds(took),
  );

function notSaved(thrown: unknown): StorageProblem {
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return storageProblem(
    'broken',
    `The run’s state was not saved: ${detail}. The run goes on, and saving is tried again.`,
    `未能保存运行状态：${detail}。运行继续，稍后会再次尝试保存。`,
    detail,
  );
}
