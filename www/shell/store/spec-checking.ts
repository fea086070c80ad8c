/** What is wrong with a spec that is being written, as the engine says; what runs of it need is fetched beforehand. */
import { Signal } from 'signal-polyfill';
import { problemsOf } from '../../engine/error';
import { LinkedAbort } from '../../engine/linked';
import type { FieldLimit } from '../../types/generated/FieldLimit';
import type { Fit } from '../../types/generated/Fit';
import type { Problem } from '../../types/generated/Problem';
import type { Spec } from '../../types/generated/Spec';
import type { ClockPort } from '../ports';
import type { LinkChecker } from './link-reader';

/** Milliseconds from the last change until the engine checks the spec. */
const CHECK_AFTER = 150;

/** The engine, as far as the editor asks it. */
export interface Checker extends LinkChecker {
  preload(spec: unknown, signal?: AbortSignal): Promise<void>;
  fit(spec: unknown, signal?: AbortSignal): Promise<Fit>;
}

/** Fields of which a model's files say that they are wrong as they are written. */
const WRITTEN = /^(base\.)?(data|evaluation|fine_tuning)\./;

export class SpecChecking {
  private readonly found = new Signal.State<readonly Problem[]>([]);
  private readonly limited = new Signal.State<ReadonlyMap<string, readonly FieldLimit[]>>(new Map());
  private checking: { abort: AbortController; cancel: () => void } | null = null;
  /** What the spec needs, on its way beforehand. */
  private fetching: LinkedAbort | 'stopped' | null = null;

  constructor(
    private readonly checker: Checker,
    private readonly clock: ClockPort,
    private readonly spec: () => Spec,
  ) {}

  get problems(): readonly Problem[] {
    return this.found.get();
  }

  /** The most that a field of a run may be beside its others and on its model; undefined where nothing is known of such a limit. */
  limit(run: string, path: string): number | undefined {
    return this.limited.get().get(run)?.find(({ field }) => field === path)?.most;
  }

  /** Checks once the spec rests. */
  soon(): void {
    this.fetching = null;
    this.dispose();
    const abort = new AbortController();
    const cancel = this.clock.after(CHECK_AFTER, () => void this.check(abort.signal));
    this.checking = { abort, cancel };
  }

  /** Fetches nothing beforehand until the spec changes. */
  stopFetching(): void {
    if (this.fetching instanceof LinkedAbort) this.fetching.abort(new DOMException('nobody waits for it', 'AbortError'));
    this.fetching = 'stopped';
  }

  dispose(): void {
    this.checking?.cancel();
    this.checking?.abort.abort();
  }

  private async check(signal: AbortSignal): Promise<void> {
    const { checker } = this;
    const spec = this.spec();
    try {
      const problems = await checker.check(spec, signal);
      if (signal.aborted) return;
      this.found.set(problems);
      if (problems.length > 0 || this.fetching === 'stopped') return;
      const fetching = (this.fetching = new LinkedAbort(signal));
      const there = await checker.preload(spec, fetching.signal).then(
        () => true,
        (error: unknown) => {
          if (!fetching.signal.aborted) this.missed(problemsOf(error));
          return false;
        },
      );
      fetching.unlink();
      // What only shows in the files; those of a run that somebody waits for are left alone.
      if (there && !signal.aborted) this.fitted(spec, await checker.fit(spec, signal), signal);
    } catch (error) {
      if (!signal.aborted) this.found.set(problemsOf(error));
    }
  }

  /** Whatever else is wrong with one run does not keep the others from running: that run will say it. */
  private fitted({ runs }: Spec, { problems, limits }: Fit, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.limited.set(new Map(runs.map(({ name }, i) => [name, limits[i] ?? []])));
    this.missed(problems.filter(({ field }) => WRITTEN.test(field ?? '')), signal);
  }

  /**
   * A model or text that there is nowhere, or a text that the model cannot read, is wrong as it is written, and so is a size
   * that the model cannot have; files that are not at hand, or
   * broken, are told of when the experiment is run.
   */
  private missed(problems: readonly Problem[], signal?: AbortSignal): void {
    if (!signal?.aborted) this.found.set(problems.filter(({ field }) => field != null));
  }
}
