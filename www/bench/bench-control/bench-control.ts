import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { BenchElement } from '../../bench/bench-element';
import { duration, percent } from '../../i18n/format';
import { messages } from '../../i18n/locale';
import '../../kit/run-bar/run-bar';
import { shared } from '../../kit/base.css';

/** Run and stop; how far it is and how long it still takes. */
@customElement('bench-control')
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
    return this.bench.busy ? percent(Math.floor(this.bench.progress * 4) / 4) : this.state();
  }

  private state(): string {
    const text = messages();
    const { bench } = this;
    if (bench.variant === null) return text.control.loadingEngine;
    if (bench.variant === undefined) return bench.problem ? text.bench.notLoaded(bench.problem) : text.bench.noEngine;
    if (bench.phase === 'running') {
      if (bench.loading !== null) return text.bench.loading(bench.loading);
      const row = text.bench.running(String(Math.min(bench.rowsDone + 1, bench.rows.length)), String(bench.rows.length));
      return bench.remainingSeconds === null ? row : `${row} · ${text.bench.left(duration(bench.remainingSeconds))}`;
    }
    if (bench.phase === 'finished') return text.control.finished(duration(bench.elapsedSeconds));
    if (bench.phase === 'stopped') return text.bench.stopped;
    if (bench.phase === 'failed') return text.bench.failed(bench.problem);
    return bench.ready ? text.bench.idle(duration(bench.expectedSeconds)) : text.bench.nothingChosen;
  }
}
