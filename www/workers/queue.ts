/** The experiments of one engine worker, one at a time, in small units between which messages are heard. */
import { TinyaiError, isForeseen, problemsOf } from '../engine/error';
import type { EngineExperiment } from '../engine/engine';
import type { Event } from '../types/generated/Event';
import type { Assets, Engine } from './load';
import type { Control, Reply } from './protocol';

/** Events are posted together, at least this often. */
const BATCH_MILLISECONDS = 40;

interface Job {
  id: number;
  spec: unknown;
  experiment: EngineExperiment | null;
  paused: boolean;
  /** Paused, but to go on until an optimizer step is done. */
  stepping: boolean;
  cancelled: boolean;
  events: Event[];
  posted: number;
}

/** Runs experiments in the order they came; a paused one lets the next go first. */
export class Queue {
  private readonly jobs: Job[] = [];
  private readonly channel = new MessageChannel();
  private pumping = false;

  constructor(
    private readonly engine: Engine,
    private readonly assets: Assets,
    private readonly post: (reply: Reply) => void,
    private readonly crash: (error: unknown) => void,
  ) {}

  /** Adds an experiment; its result is posted in answer to request `id`. */
  add(id: number, spec: unknown): void {
    this.jobs.push({ id, spec, experiment: null, paused: false, stepping: false, cancelled: false, events: [], posted: 0 });
    void this.pump();
  }

  /** Acts before the next unit of work. */
  control(id: number, action: Control, run: number | null): void {
    const job = this.jobs.find((job) => job.id === id);
    if (!job) return;
    if (action === 'pause') job.paused = true;
    if (action === 'resume') job.paused = false;
    if (action === 'step') job.paused = job.stepping = true;
    if (action === 'cancel') this.cancel(job, run);
    void this.pump();
  }

  private cancel(job: Job, run: number | null): void {
    if (job.experiment) job.events.push(...job.experiment.cancel(run ?? undefined));
    else if (run === null) job.cancelled = true;
    if (run === null) job.paused = false;
    this.flush(job);
  }

  private next(): Job | undefined {
    return this.jobs.find((job) => !job.paused || job.stepping);
  }

  private async pump(): Promise<void> {
    if (this.pumping) return;
    this.pumping = true;
    for (let job = this.next(); job; job = this.next()) {
      try {
        await this.work(job);
      } catch (error) {
        if (!isForeseen(error)) return this.crash(error);
        this.finish(job, { type: 'refused', id: job.id, problems: problemsOf(error) });
      }
    }
    this.pumping = false;
  }

  /** One unit of work of a job. */
  private async work(job: Job): Promise<void> {
    job.experiment ??= await this.open(job);
    if (job.cancelled) {
      job.cancelled = false;
      job.events.push(...job.experiment.cancel());
    }
    if (!job.experiment.finished) {
      const events = job.experiment.advance();
      job.events.push(...events);
      if (events.some((event) => event.type === 'progress')) job.stepping = false;
    }
    const now = performance.now();
    if (job.paused || job.experiment.finished || now - job.posted >= BATCH_MILLISECONDS) {
      this.flush(job);
      job.posted = now;
    }
    if (job.experiment.finished) this.finish(job, { type: 'done', id: job.id, value: job.experiment.result() });
    else await this.hearMessages();
  }

  private async open(job: Job): Promise<EngineExperiment> {
    const { module, environment } = this.engine;
    const problems = module.check(job.spec);
    if (problems.length > 0) throw new TinyaiError(problems);
    const assets = await this.assets.get(module.required_assets(job.spec), (loading) =>
      this.post({ type: 'loading', id: job.id, loading }),
    );
    return new module.Experiment(job.spec, assets, environment);
  }

  private finish(job: Job, reply: Reply): void {
    this.flush(job);
    this.jobs.splice(this.jobs.indexOf(job), 1);
    job.experiment?.free();
    this.post(reply);
  }

  private flush(job: Job): void {
    if (job.events.length > 0) this.post({ type: 'events', id: job.id, events: job.events });
    job.events = [];
  }

  /** Lets the messages that have come in be handled; a timer would wait 4 ms each time. */
  private hearMessages(): Promise<void> {
    return new Promise((resolve) => {
      this.channel.port1.onmessage = () => resolve();
      this.channel.port2.postMessage(null);
    });
  }
}
