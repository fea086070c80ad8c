import { css, html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/copy/copy-field';
import type { RevealEvent } from '../../../kit/notice/notice';
import '../../elements/control-bar/control-bar';
import type { ControlBar } from '../../elements/control-bar/control-bar';
import '../../elements/kept/kept';
import '../../elements/kept/kept-offers';
import { LabElement } from '../../elements/lab-element';
import '../../elements/past/past-note';
import '../../elements/past/past-part';
import '../../elements/problem-banner/problem-banner';
import '../../elements/run-tabs/run-tabs';
import '../../elements/spec-form/spec-form';
import type { SpecForm } from '../../elements/spec-form/spec-form';
import type { Figure } from '../../lab-definition';
import type { Workbench, WorkbenchPart } from '../workbench';
import { blocks } from './blocks.css';
import './language-note';
import { styles } from './lesson-view.css';
import { nextLinks } from './next-links';

/** A workbench, from top to bottom: the question, what can be chosen, the run, the figures that answer; folded, everything else. */
@customElement('tinyai-workbench-view')
export class WorkbenchView extends LabElement {
  static override styles = [
    shared,
    blocks,
    styles,
    css`
      .opening {
        display: block;
      }

      .stakes {
        max-width: 60em;
      }

      /* So that Run is on the first screen. */
      section.settings {
        padding-block: var(--space-3) 0;
      }

      .run h2 {
        padding-top: var(--space-3);
      }

      .run {
        padding-bottom: var(--space-3);
      }

      .figure {
        padding-bottom: var(--space-4);
      }
    `,
  ];

  @query('main') private readonly main!: HTMLElement;
  @query('h1') private readonly heading!: HTMLElement;
  @query('tinyai-control-bar') private readonly bar!: ControlBar | null;
  @state() private settingsOpen = false;
  @state() private measurementsOpen = false;

  /** Moves the focus past the list of lessons. */
  skip(): void {
    this.main.focus();
  }

  /** Begins at the top of the page. */
  begin(): void {
    this.heading.focus({ preventScroll: true });
    this.ownerDocument.defaultView?.scrollTo({ top: 0 });
  }

  override render() {
    const { store, words } = this;
    const bench = store.lessons?.workbench;
    if (!bench) return nothing;
    const { language } = words;
    const text = this.text.lesson;
    const { figures } = store.definition;
    return html`
      <main id="results" tabindex="-1" @reveal=${this.reveal}>
        ${store.shelf ? html`<tinyai-kept-offers></tinyai-kept-offers>` : nothing}
        <div class="opening">
          <p class="where">${text.nav.section(bench.section)}</p>
          <h1 tabindex="-1">${bench.question[language]}</h1>
          <p class="stakes">${bench.stakes[language]}</p>
        </div>
        <section class="settings" aria-labelledby="panel">
          <h2 id="panel" tabindex="-1">${bench.panel.heading[language]}</h2>
          ${bench.panel.render(store)}
        </section>
        <section class="run" ?data-busy=${store.runner.busy} aria-labelledby="run">
          <h2 id="run" tabindex="-1">${text.run.heading}</h2>
          <tinyai-control-bar></tinyai-control-bar>
          <tinyai-problems></tinyai-problems>
          ${store.shelf ? html`<tinyai-kept apart></tinyai-kept>` : nothing}
          <tinyai-language-note @begun=${() => this.bar?.focus()}></tinyai-language-note>
          <tinyai-past-note @rerun=${() => this.bar?.focus()}></tinyai-past-note>
        </section>
        ${this.renderFigures(bench.figures.flatMap((part) => (typeof part === 'string' ? (figures.find(({ id }) => id === part) ?? []) : ownPart(part))))}
        ${this.renderEnd(bench)} ${this.renderSettings()} ${this.renderMeasurements(bench.figures.filter((part) => typeof part === 'string'))}
        <p class="actions">
          <tinyai-copy-field .label=${this.text.results.copyLink} .value=${() => store.link}></tinyai-copy-field>
          <slot name="actions"></slot>
        </p>
        <p class="print-only address">${this.text.results.address} <a href=${store.link}>${store.printedLink}</a></p>
      </main>
    `;
  }

  private renderFigures(figures: readonly Figure[]) {
    const { store } = this;
    return repeat(
      figures.filter((figure) => figure.shows(store)),
      ({ id }) => id,
      (figure) => html`<tinyai-past-part class="figure" id=${figure.id} ?plans=${figure.plans?.(store) ?? false}>${figure.render(store)}</tinyai-past-part>`,
    );
  }

  /** What to take from it, and where to go from here. */
  private renderEnd({ takeaway }: Workbench) {
    const { next } = this.text.lesson;
    return html`<section class="last" aria-labelledby="takeaway">
        <h2 id="takeaway" tabindex="-1">${next.takeaway}</h2>
        <p class="prose">${takeaway[this.words.language]}</p>
      </section>
      <section class="last screen-only" aria-labelledby="next">
        <h2 id="next" tabindex="-1">${next.heading}</h2>
        ${nextLinks(this.store, this.words)}
      </section>`;
  }

  private renderSettings() {
    const { store } = this;
    return html`<details class="fold" ?open=${this.settingsOpen} @toggle=${(event: Event) => (this.settingsOpen = (event.target as HTMLDetailsElement).open)}>
      <summary>${this.text.lesson.drawer.settings}</summary>
      ${this.settingsOpen ? html`<div class="drawer"><tinyai-run-tabs></tinyai-run-tabs>${store.definition.controls?.(store) ?? nothing}<tinyai-spec-form searchable></tinyai-spec-form></div>` : nothing}
    </details>`;
  }

  private renderMeasurements(shown: readonly string[]) {
    return html`<details class="fold" ?open=${this.measurementsOpen} @toggle=${(event: Event) => (this.measurementsOpen = (event.target as HTMLDetailsElement).open)}>
      <summary>${this.text.lesson.drawer.measurements}</summary>
      ${this.measurementsOpen ? this.renderFigures(this.store.definition.figures.filter(({ id }) => !shown.includes(id))) : nothing}
    </details>`;
  }

  /** Shows a field that something is said of, among all settings. */
  private async reveal({ path }: RevealEvent): Promise<void> {
    this.settingsOpen = true;
    await this.updateComplete;
    const form = this.renderRoot.querySelector<SpecForm>('tinyai-spec-form');
    await form?.updateComplete;
    await form?.reveal(path);
  }
}

/** A part of a workbench as a figure: always there, and never of the past. */
const ownPart = (part: WorkbenchPart): Figure => ({ ...part, shows: () => true, plans: () => true });

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-workbench-view': WorkbenchView;
  }
}
