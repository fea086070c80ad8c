import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { BenchElement } from '../../bench/bench-element';
import { browserName } from '../../bench/browser-name';
import { report } from '../../bench/report';
import { messages } from '../../i18n/locale';
import { shared } from '../../kit/base.css';
import { styles } from './bench-environment.css';

/** Where it was measured, and the result as a file. */
@customElement('bench-environment')
export class BenchEnvironment extends BenchElement {
  static override styles = [shared, styles];

  override render() {
    const text = messages();
    const { bench } = this;
    const facts: [string, string][] = [
      [text.bench.browser, browserName(navigator.userAgent)],
      [text.bench.cores, String(bench.cores)],
      [text.bench.variant, bench.variant ?? '–'],
      [text.bench.isolation, window.crossOriginIsolated ? text.status.isolated : text.status.notIsolated],
      [text.bench.roundsDone, String(bench.rounds)],
    ];
    return html`
      <section>
        <div class="caption">
          <h2>${text.bench.environment}</h2>
        </div>
        <dl>
          ${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
        </dl>
        <p class="actions"><button class="link" ?disabled=${bench.busy || bench.results.length === 0} @click=${this.download}>${text.results.download}</button></p>
      </section>
    `;
  }

  private download(): void {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([report(this.bench)], { type: 'application/json' }));
    link.download = 'tinyai-bench.json';
    link.click();
    URL.revokeObjectURL(link.href);
  }
}
