import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../kit/base.css';
import { BenchElement } from '../bench-element';
import { report } from '../report';
import { styles } from './bench-environment.css';

/** Where it was measured, and the result as a file. */
@customElement('tinyai-bench-environment')
export class BenchEnvironment extends BenchElement {
  static override styles = [shared, styles];

  override render() {
    const { bench, words } = this;
    const { bench: text, frame } = words;
    const { browser, cores, isolated } = bench.machine;
    const facts: [string, string][] = [
      [text.browser, browser],
      [text.cores, String(cores)],
      [text.variant, bench.variant ?? '–'],
      [text.isolation, isolated ? frame.engine.isolated : frame.engine.notIsolated],
      [text.roundsDone, String(bench.rounds)],
    ];
    return html`
      <section>
        <div class="caption">
          <h2>${text.environment}</h2>
        </div>
        <dl>
          ${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
        </dl>
        <p class="actions"><button class="link" ?disabled=${bench.busy || bench.results.length === 0} @click=${this.download}>${text.download}</button></p>
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

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-bench-environment': BenchEnvironment;
  }
}
