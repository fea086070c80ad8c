import { consume } from '@lit/context';
import { LitElement, type ReactiveController, type ReactiveControllerHost } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Benchmark } from './benchmark';
import { BENCH_WORDS, benchWords, type BenchWords } from './text/words';

/** A part of the benchmark's page: it speaks the page's language. */
export abstract class SpeakingElement extends LitElement {
  @consume({ context: benchWords, subscribe: true })
  @state()
  protected words: BenchWords = BENCH_WORDS.en;
}

/** A part that shows the benchmark, and is drawn again when that changes. */
export abstract class BenchElement extends SpeakingElement {
  @property({ attribute: false }) bench!: Benchmark;

  constructor() {
    super();
    this.addController(new Following(this));
  }
}

class Following implements ReactiveController {
  private bench: Benchmark | undefined;
  private readonly update = (): void => this.host.requestUpdate();

  constructor(private readonly host: ReactiveControllerHost & { bench: Benchmark }) {}

  hostUpdate(): void {
    if (this.bench === this.host.bench) return;
    this.hostDisconnected();
    this.bench = this.host.bench;
    this.hostConnected();
  }

  hostConnected(): void {
    this.bench?.addEventListener('change', this.update);
  }

  hostDisconnected(): void {
    this.bench?.removeEventListener('change', this.update);
  }
}
