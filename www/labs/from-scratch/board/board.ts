import { html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import { LabElement } from '../../../shell/elements/lab-element';
import { runName } from '../../../shell/figures/run-mark';
import { isChinese } from '../../../shell/figures/verse-samples/verse-samples';
import type { RunView, SampleView } from '../../../shell/store/run-view';
import type { BoardText } from '../text/type';
import { styles } from './board.css';

/** What each run's model writes, again and again while it learns; and what it wrote earlier. */
@customElement('tinyai-board')
export class Board extends LabElement {
  static override styles = [shared, styles];

  /** The step that is looked back to; null: the latest. */
  @state() private looked: number | null = null;

  private get own(): BoardText {
    return this.words.lab.own as BoardText;
  }

  override render() {
    const { own } = this;
    const runs = this.store.runner.view?.runs ?? [];
    const steps = [...new Set(runs.flatMap(({ samples }) => samples.map(({ step }) => step)))].sort((a, b) => a - b);
    return html`
      <tinyai-figure .heading=${own.heading} .caption=${own.caption}>
        ${runs.length === 0
          ? html`<div class="above"></div><div class="sheet"><p class="empty">${own.empty}</p></div>`
          : html`<div class="runs">${runs.map((run, i) => this.renderRun(run, i))}</div>`}
        ${this.renderTime(steps)}
      </tinyai-figure>
    `;
  }

  private renderRun(run: RunView, index: number) {
    const { own } = this;
    const sample = this.sampleOf(run);
    const text = sample?.text ?? '';
    const vertical = isChinese(text);
    const when = sample === undefined || sample.step === 0 ? own.knowsNothing : own.step(this.format.count(sample.step));
    return html`<article>
      <h3>${runName(index, run.name)} <small>${when}</small></h3>
      <div class=${vertical ? 'columns' : ''}><div class="sheet" tabindex="0" role="group" aria-label="${run.name}, ${when}" ?data-vertical=${vertical}>${text}</div></div>
    </article>`;
  }

  /** Where nothing has been written yet of the next, that before it stays. */
  private sampleOf({ samples }: RunView): SampleView | undefined {
    const { looked } = this;
    if (looked !== null) return samples.findLast(({ step }) => step <= looked);
    const last = samples.at(-1);
    return last && !last.done && samples.length > 1 && last.text.length < (samples.at(-2)?.text.length ?? 0) / 4 ? samples.at(-2) : last;
  }

  /** Its place is there before there is anything to look back to, so that nothing moves. */
  private renderTime(steps: number[]) {
    const { own, looked, format } = this;
    const last = steps.length - 1;
    const at = looked === null ? last : steps.findLastIndex((step) => step <= looked);
    return html`<label class="time" ?data-empty=${steps.length < 2}>
      ${own.earlier}
      <input
        type="range"
        min="0"
        max=${last}
        .value=${String(at)}
        aria-valuetext=${format.count(steps[at] ?? 0)}
        @input=${(event: Event) => {
          const chosen = Number((event.target as HTMLInputElement).value);
          this.looked = chosen >= last ? null : steps[chosen]!;
        }}
      />
      <output>${looked === null ? own.latest : format.count(steps[at]!)}</output>
    </label>`;
  }
}
