import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../kit/base.css';
import { BenchElement } from '../bench-element';
import { styles } from './bench-peak.css';

/** The roof of this machine, which every bar is a share of. */
@customElement('tinyai-bench-peak')
export class BenchPeak extends BenchElement {
  static override styles = [shared, styles];

  override render() {
    const text = this.words.bench;
    const threads = [...new Set(this.bench.rows.map((row) => row.threads))];
    const missing = [...this.bench.peaks.values()].some(Number.isNaN);
    return html`
      <section>
        ${missing ? nothing : html`<dl>${threads.map((count) => this.renderPeak(count))}</dl>`}
        <div class="words">
          <h2>${text.peak}</h2>
          <p>${missing ? text.peakMissing : text.peakMeaning}</p>
        </div>
      </section>
    `;
  }

  private renderPeak(threads: number) {
    const { bench: text, format } = this.words;
    const peak = this.bench.peak(threads);
    return html`<div>
      <dt>${text.onThreads(threads)}</dt>
      <dd><b>${Number.isFinite(peak) ? format.three(peak) : '…'}</b> GFLOP/s</dd>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-bench-peak': BenchPeak;
  }
}
