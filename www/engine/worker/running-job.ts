/** An experiment that runs, in small units between which messages are heard. */
import type { Event } from '../../types/generated/Event';
import type { Problem } from '../../types/generated/Problem';
import type { Control, Job, JobDone, JobProgress } from '../methods';
import type { Answer, SavedRun, WasmExperiment } from '../wasm';

/** Events are told together, at least this often. */
const BATCH_MILLISECONDS = 40;
/** Milliseconds that whoever asks waits for what ranks hold; after that their last state has to do. */
const STATE_PATIENCE = 2_000;

export class RunningJob {
  private readonly channel = new MessageChannel();
  private events: Event[] = [];
  private told = 0;
  private paused = false;
  /** Paused, but to go on until an optimizer step is done. */
  private stepping = false;
  private wake: (() => void) | null = null;
  private answered: ((answers: Answer[] | Problem | null) => void) | null = null;
  private byHand = false;
  private freed = false;
  private readonly waitsForState: (() => void)[] = [];

  constructor(
    private readonly job: Job,
    private readonly experiment: WasmExperiment,
    private readonly progress: (progress: JobProgress) => void,
  ) {
    try {
      if (job.keep > 0) experiment.keep_states(job.keep);
      for (const { run, state } of job.states) experiment.provide(run, state);
      for (const saved of job.saved) experiment.resume(saved);
    } catch (error) {
      // Nobody else has it.
      this.free();
      throw error;
    }
  }

  /** Runs to the end, or until it is aborted. */
  async run(signal: AbortSignal): Promise<JobDone> {
    const stop = (): void => {
      this.go();
      this.answered?.(null);
    };
    signal.addEventListener('abort', stop);
    try {
      while (!this.experiment.finished && !signal.aborted) {
        if (this.resting() || this.experiment.stuck) await this.rest();
        else await this.unit();
        if (!this.experiment.wants_states) this.stateIsThere();
      }
      signal.throwIfAborted();
      this.tell();
      return { result: this.experiment.result(), states: this.experiment.states(), adapters: this.adapters() };
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  control(action: Control, run: number | null): void {
    switch (action) {
      case 'pause':
        this.paused = true;
        break;
      case 'resume':
        this.paused = false;
        break;
      case 'step':
        this.paused = this.stepping = true;
        break;
      case 'cancel':
        this.take(this.experiment.cancel(run ?? undefined));
        if (run === null) this.paused = false;
        break;
      case 'recover':
        // It may have been lost in a step on the way to a pause: the page says that it goes on.
        if (this.experiment.stuck) this.paused = this.stepping = false;
        this.experiment.recover(run ?? 0);
        break;
      case 'by_hand':
      case 'by_itself':
        this.byHand = action === 'by_hand';
        this.experiment.set_by_hand(this.byHand);
        break;
    }
    this.tell();
    this.go();
  }

  answer(answers: Answer[] | Problem): void {
    this.answered?.(answers);
  }

  /** What each run would go on from if everything ended now. */
  async saved(): Promise<SavedRun[]> {
    if (this.freed) return [];
    this.experiment.want_states();
    // What ranks hold between two steps they say before the next; a step by hand lasts as long as somebody looks at it.
    const rests = this.wake !== null && !this.experiment.state_is_next;
    if (this.experiment.wants_states && !this.byHand && !rests) {
      this.go();
      await this.states();
    }
    if (this.freed) return [];
    const runs = (this.job.spec as { runs: unknown[] }).runs;
    return runs.flatMap((_, run) => this.experiment.saved(run) ?? []);
  }

  free(): void {
    this.freed = true;
    this.stateIsThere();
    this.channel.port1.close();
    this.experiment.free();
  }

  private adapters(): JobDone['adapters'] {
    const { runs } = this.job.spec as { runs: unknown[] };
    return runs.flatMap((_, run) => {
      const files = this.experiment.adapter(run);
      return files ? { run, ...files } : [];
    });
  }

  /** One unit of work, here or by the ranks. */
  private async unit(): Promise<void> {
    const order = this.experiment.order();
    if (order) {
      this.tell();
      const answers = new Promise<Answer[] | Problem | null>((resolve) => (this.answered = resolve));
      this.progress({ order });
      const given = await answers;
      this.answered = null;
      if (given === null) return;
      // A run that was cancelled meanwhile takes no answers.
      this.take(Array.isArray(given) ? this.experiment.replied(given) : this.experiment.failed(given));
    } else {
      this.take(this.experiment.advance());
    }
    if (this.paused || this.experiment.finished || performance.now() - this.told >= BATCH_MILLISECONDS) this.tell();
    if (!order) await this.hearMessages();
  }

  private take(events: Event[]): void {
    this.events.push(...events);
    if (events.some((event) => event.type === 'progress')) this.stepping = false;
  }

  private tell(): void {
    this.told = performance.now();
    if (this.events.length === 0) return;
    this.progress({ events: this.events });
    this.events = [];
  }

  /** Whether it is paused, and nothing is to be done on the way. */
  private resting(): boolean {
    return this.paused && !this.stepping && !this.experiment.state_is_next;
  }

  private states(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, STATE_PATIENCE);
      this.waitsForState.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private stateIsThere(): void {
    for (const told of this.waitsForState.splice(0)) told();
  }

  private rest(): Promise<void> {
    this.tell();
    this.stateIsThere();
    return new Promise((resolve) => (this.wake = resolve));
  }

  private go(): void {
    this.wake?.();
    this.wake = null;
  }

  /** Lets the messages that have come in be handled; a timer would wait 4 ms each time. */
  private hearMessages(): Promise<void> {
    return new Promise((resolve) => {
      this.channel.port1.onmessage = () => resolve();
      this.channel.port2.postMessage(null);
    });
  }
}
