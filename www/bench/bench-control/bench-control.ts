import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { LIBRARIES } from '../../../tests/bench/groups.mjs';
import { shared } from '../../kit/base.css';
import '../../kit/run-bar/run-bar';
import { BenchElement } from '../bench-element';

/** Run and stop; how far it is and how long it still takes. */
@customElement('tinyai-bench-control')
export class BenchControl extends BenchElement {
  static override styles = shared;

  override render() {
    const { bench } = this;
    return html`
      <tinyai-run-bar
        .pausable=${false}
        .state=${bench.busy ? 'running' : 'idle'}
        ?again=${bench.ended !== null}
        .blocked=${bench.ready ? '' : this.state()}
        .status=${this.state()}
        .announcement=${this.announcement()}
        .progress=${[{ done: bench.busy ? bench.progress : 0 }]}
        @run=${() => void bench.run()}
        @cancel=${() => bench.stop()}
      ></tinyai-run-bar>
    `;
  }

  /** What is said aloud: not every row, but every quarter of the way. */
  private announcement(): string {
    return this.bench.busy ? this.words.format.wholePercent(Math.floor(this.bench.progress * 4) / 4) : this.state();
  }

  private state(): string {
    const { bench, words } = this;
    const { bench: text, format } = words;
    if (bench.variant === null) return text.loadingEngine;
    if (bench.variant === undefined) return bench.problem ? text.notLoaded(bench.problem) : text.noEngine;
    if (bench.phase === 'running') {
      if (bench.loading !== null) return text.loading(LIBRARIES[bench.loading]?.name ?? text.thisEngine);
      const row = text.running(String(Math.min(bench.rowsDone + 1, bench.rows.length)), String(bench.rows.length));
      return bench.remainingSeconds === null ? row : `${row} · ${text.left(format.remaining(bench.remainingSeconds))}`;
    }
    if (bench.phase === 'finished') return text.finished(format.duration(bench.elapsedSeconds));
    if (bench.phase === 'stopped') return text.stopped;
    if (bench.phase === 'failed') return text.failed(bench.problem);
    return bench.ready ? text.idle(format.remaining(bench.expectedSeconds)) : text.nothingChosen;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-bench-control': BenchControl;
  }
}
