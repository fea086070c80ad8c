import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import { styled } from '../../../kit/styled';
import { LabElement } from '../../elements/lab-element';
import { measured, quantity, quantityStyles } from '../../figures/quantity';
import { colour, runName } from '../../figures/run-mark';
import type { ExperimentView } from '../../store/experiment-view';
import type { RunView } from '../../store/run-view';
import type { Bar, BarUnit, Hero, Lesson } from '../lesson';
import { styles } from './bars-figure.css';

type Bars = Extract<Hero, { kind: 'bars' }>;

/** One bar for each run over a common scale, in parts where it has some; what was foretold is a pencil mark across it. */
@customElement('tinyai-bars-figure')
export class BarsFigure extends LabElement {
  static override styles = [shared, quantityStyles, styles];

  override render() {
    const lesson = this.store.lessons?.current;
    const { view } = this.store.runner;
    if (!lesson || lesson.hero.kind !== 'bars') return nothing;
    const { hero } = lesson;
    const { language } = this.words;
    // What a run held before its first step is not what a step takes.
    const bars = view?.runs.map((run, i) => (run.ended || run.step > run.from ? hero.bar(i, view) : null)) ?? [];
    const mark = view && this.markOf(lesson, view);
    const most = Math.max(...bars.map((bar) => bar?.value ?? 0), mark?.value ?? 0) * 1.04;
    return html`<tinyai-figure .number=${this.text.results.figure(1)} .heading=${hero.title[language]} .caption=${hero.caption[language]}>
      <ul class="rows">
        ${view
          ? view.runs.map((run, i) => (bars[i] || run.ended || view.ended ? this.renderRow(hero, run.name, i, bars[i] ?? null, most, mark?.run === i ? mark.value : null) : this.renderUnderWay(run, i)))
          : this.store.editor.spec.runs.map(({ name }, i) => this.renderRow(hero, name, i, null, most, null))}
      </ul>
      ${this.renderKey(bars)}
    </tinyai-figure>`;
  }

  /** What was foretold, where it stands among the bars. */
  private markOf({ id, predict }: Lesson, view: ExperimentView): { run: number; value: number } | null {
    const lessons = this.store.lessons!;
    const foretold = lessons.note(lessons.current!).foretold;
    if (foretold?.lesson !== id || predict.kind !== 'number' || foretold.answer.kind !== 'number') return null;
    return predict.bar?.(foretold.answer.value, view) ?? null;
  }

  private renderRow(hero: Bars, name: string, index: number, bar: Bar | null, most: number, mark: number | null) {
    const share = (value: number): string => `${most > 0 ? (100 * Math.max(0, value)) / most : 0}%`;
    const text = bar ? this.written(bar.value, hero.unit) : '–';
    const called = bar?.quantity ?? hero.quantity;
    const metric = bar && called ? this.store.runner.view?.runs[index]?.figure(called) : null;
    const shown = bar && called && !metric ? quantity(name, called, bar.value, text) : text;
    return html`<li ?data-foretold=${mark !== null}>
      <span class="name">${runName(index, name)}</span>
      <span class="track">
        ${bar?.parts
          ? html`<span class="bar" ${styled({ width: share(bar.value) })}
              >${bar.parts.map((part) => html`<span class="part" ${styled({ flex: `${part.value} 0 0`, background: `var(--memory-${part.kind}, var(--ink-3))` })}></span>`)}</span
            >`
          : html`<span class="bar" ?data-modelled=${bar?.modelled ?? false} ${styled({ width: share(bar?.value ?? 0), background: colour(index) })}></span>`}
        ${mark === null ? nothing : html`<span class="pencil" ${styled({ left: share(mark) })}><span>${this.text.lesson.verdict.you}</span></span>`}
      </span>
      <span class="value">${metric ? measured(this.words, name, called!, metric) : shown}${bar?.modelled ? html`<small>${this.text.lesson.verdict.modelled}</small>` : nothing}</span>
    </li>`;
  }

  /** A run that goes on and has nothing to show yet. */
  private renderUnderWay({ name, step, steps, share }: RunView, index: number) {
    const { format } = this;
    return html`<li>
      <span class="name">${runName(index, name)}</span>
      <span class="track"><span class="way" ${styled({ width: `${100 * share}%`, background: colour(index) })}></span></span>
      <span class="value"><small>${this.text.lesson.run.step(format.count(step), format.count(steps))}</small></span>
    </li>`;
  }

  private renderKey(bars: readonly (Bar | null)[]) {
    const kinds = [...new Set(bars.flatMap((bar) => bar?.parts?.filter(({ value }) => value > 0).map(({ kind }) => kind) ?? []))];
    if (kinds.length === 0) return nothing;
    const names = this.text.results.memoryCategories;
    return html`<ul class="key">
      ${kinds.map((kind) => html`<li><i ${styled({ background: `var(--memory-${kind}, var(--ink-3))` })}></i>${names[kind] ?? kind}</li>`)}
    </ul>`;
  }

  private written(value: number, unit: BarUnit): string {
    const { format, text } = this;
    switch (unit) {
      case 'bytes':
        return format.size(value);
      case 'ms':
        return `${format.three(value)} ${text.units.ms}`;
      case 'nats':
        return format.loss(value);
      case 'share':
        return format.percent(value);
      case 'count':
        return format.count(value);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-bars-figure': BarsFigure;
  }
}
