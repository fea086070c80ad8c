/** An engine that answers what needs no ranks: plans and predictions. */
import type { MeshSpec } from '../types/generated/MeshSpec';
import type { ParallelSpec } from '../types/generated/ParallelSpec';
import type { Pilot } from '../types/generated/Pilot';
import type { Planned } from '../types/generated/Planned';
import type { Prediction } from '../types/generated/Prediction';
import type { Loading } from '../workers/protocol';
import type { Question, Stages } from './protocol';
import { RankWorker } from './rank-worker';
import type { WorldOptions } from './world';

type PlannerOptions = Pick<WorldOptions, 'engineBase' | 'assetBase' | 'files'> & { onLoading?: (loading: Loading) => void };

export class Planner {
  private opened: Promise<RankWorker> | null = null;

  constructor(private readonly options: PlannerOptions) {}

  plan(spec: ParallelSpec, maxRanks: number, stages: Stages = null): Promise<Planned> {
    return this.ask({ question: 'plan', spec, maxRanks, stages }) as Promise<Planned>;
  }

  nearest(spec: ParallelSpec, maxRanks: number): Promise<MeshSpec | null> {
    return this.ask({ question: 'nearest', spec, maxRanks }) as Promise<MeshSpec | null>;
  }

  predict(spec: ParallelSpec, pilots: Pilot[], cores: number): Promise<Prediction> {
    return this.ask({ question: 'predict', spec, pilots, cores }) as Promise<Prediction>;
  }

  private async ask(question: Question): Promise<unknown> {
    // One that could not be opened is tried again.
    this.opened ??= this.open().catch((error: unknown) => {
      this.opened = null;
      throw error;
    });
    const worker = await this.opened;
    // One that has failed since is replaced.
    if (worker.ended) {
      this.opened = null;
      return this.ask(question);
    }
    return worker.call({ type: 'ask', ...question });
  }

  private async open(): Promise<RankWorker> {
    const { onLoading, files } = this.options;
    const worker = new RankWorker(0, onLoading ? { loading: onLoading } : {});
    const page = globalThis.document?.baseURI ?? globalThis.location?.href;
    const url = (base: string | URL | undefined, usual: string): string => new URL(base ?? usual, page).href;
    await worker.call({ type: 'open', engineBase: url(this.options.engineBase, 'engine/'), assetBase: url(this.options.assetBase, '.') });
    for (const [name, bytes] of files ?? []) await worker.call({ type: 'file', name, bytes });
    return worker;
  }
}
