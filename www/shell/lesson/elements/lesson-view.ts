import { html, nothing, type PropertyValues } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/copy/copy-field';
import type { FieldEvent, ValidityEvent } from '../../../kit/form/events';
import '../../../kit/form/form';
import type { Form } from '../../../kit/form/form';
import type { RevealEvent } from '../../../kit/notice/notice';
import '../../elements/control-bar/control-bar';
import type { ControlBar } from '../../elements/control-bar/control-bar';
import '../../elements/kept/kept';
import '../../elements/kept/kept-offers';
import { LabElement } from '../../elements/lab-element';
import { PRESENT_MOVE, type PresentMove } from '../../presenting';
import '../../elements/past/past-note';
import '../../elements/past/past-part';
import '../../elements/problem-banner/problem-banner';
import '../../elements/run-tabs/run-tabs';
import '../../elements/spec-form/spec-form';
import type { SpecForm } from '../../elements/spec-form/spec-form';
import { describeFields } from '../../elements/spec-form/describe';
import type { Figure } from '../../lab-definition';
import type { Lesson } from '../lesson';
import type { LessonStore } from '../lesson-store';
import './bars-figure';
import { blocks } from './blocks.css';
import './check-block';
import './explain-block';
import './language-note';
import { styles } from './lesson-view.css';
import { nextLinks } from './next-links';
import './predict-block';
import './vary-block';
import './verdict';

type LessonPart = Pick<Figure, 'id' | 'render' | 'plans'>;

/**
 * A lesson, from top to bottom: the question, a drawing of the technique, what one expects, the run and the figure that answers, why it is
 * so, variations, one more question. Everything can be skipped, and nothing is locked.
 */
@customElement('tinyai-lesson-view')
export class LessonView extends LabElement {
  static override styles = [shared, blocks, styles];

  @query('main') private readonly main!: HTMLElement;
  @query('tinyai-control-bar') private readonly bar!: ControlBar | null;
  @query('h1') private readonly heading!: HTMLElement;
  @query('tinyai-form.controls') private readonly controls!: Form | null;
  @state() private settingsOpen = false;
  @state() private measurementsOpen = false;
  private shown: Lesson | null = null;

  private get lessons(): LessonStore {
    return this.store.lessons!;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener(PRESENT_MOVE, this.move);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener(PRESENT_MOVE, this.move);
  }

  /** Moves the focus past the list of lessons. */
  skip(): void {
    this.main.focus();
  }

  protected override updated(_changed: PropertyValues): void {
    const { current } = this.lessons;
    const before = this.shown;
    this.shown = current;
    // Whoever goes to another lesson begins at its top.
    if (before === null || current === null || before === current) return;
    this.heading.focus({ preventScroll: true });
    this.ownerDocument.defaultView?.scrollTo({ top: 0 });
  }

  override render() {
    const { store, words, lessons } = this;
    const lesson = lessons.current;
    if (!lesson) return nothing;
    const { language } = words;
    const text = this.text.lesson;
    return html`
      <main id="results" tabindex="-1" @reveal=${this.reveal}>
        ${store.shelf ? html`<tinyai-kept-offers></tinyai-kept-offers>` : nothing}
        <div class="opening">
          <div>
            <p class="where">${text.nav.section(lesson.section)} · ${text.nav.minutes(lesson.minutes)}</p>
            <h1 tabindex="-1">${lesson.question[language]}</h1>
            <p class="stakes">${lesson.stakes[language]}</p>
          </div>
          <div class="diagram" ?data-still=${store.runner.busy}>${lesson.diagram(store)}</div>
          <tinyai-predict-block data-block></tinyai-predict-block>
        </div>
        ${this.renderRun(lesson)}
        <tinyai-past-part><tinyai-explain-block data-block></tinyai-explain-block></tinyai-past-part>
        <tinyai-vary-block data-block></tinyai-vary-block>
        <tinyai-check-block data-block></tinyai-check-block>
        ${this.renderNext()} ${this.renderSettings()} ${this.renderMeasurements(lesson)}
        <p class="actions">
          <tinyai-copy-field .label=${this.text.results.copyLink} .value=${() => store.link}></tinyai-copy-field>
          <slot name="actions"></slot>
        </p>
        <p class="keys screen-only">${text.present}</p>
        <p class="print-only address">${this.text.results.address} <a href=${store.link}>${store.printedLink}</a></p>
      </main>
    `;
  }

  // ---- Run and see

  private renderRun(lesson: Lesson) {
    const { store, words } = this;
    const text = this.text.lesson.run;
    const fields = describeFields(store, words, lesson.controls);
    return html`<section class="run" ?data-busy=${store.runner.busy} aria-labelledby="run">
      <h2 id="run" tabindex="-1" data-block>${text.heading}</h2>
      <tinyai-control-bar></tinyai-control-bar>
      <tinyai-problems></tinyai-problems>
      ${store.shelf ? html`<tinyai-kept apart></tinyai-kept>` : nothing}
      <tinyai-language-note @begun=${() => this.bar?.focus()}></tinyai-language-note>
      <div class="bench">
        <div class="settings">
          <tinyai-form
            class="controls"
            .groups=${[{ path: 'lesson', label: text.settings, fields }]}
            .scope=${store.editor.scope}
            .scopes=${store.editor.scopes}
            @input=${({ path, value }: FieldEvent) => path && store.editor.setValue(path, value)}
            @validity=${(event: ValidityEvent) => store.setRefusals(event.refusals, lesson)}
          ></tinyai-form>
          <p class="hint">${text.hint}</p>
          ${this.renderChanged()}
        </div>
        <div class="hero">
          <tinyai-verdict></tinyai-verdict>
          <tinyai-past-note @rerun=${() => this.bar?.focus()}></tinyai-past-note>
          <tinyai-past-part ?plans=${this.heroOf(lesson)?.plans?.(store) ?? false}>${this.renderHero(lesson)}</tinyai-past-part>
        </div>
      </div>
    </section>`;
  }

  private renderChanged() {
    if (!this.lessons.changed) return nothing;
    const text = this.text.lesson.run;
    return html`<p class="changed">${text.changed} <button class="link" @click=${this.restore}>${text.restore}</button></p>`;
  }

  private readonly restore = (): void => {
    this.controls?.discard();
    this.store.editor.restoreInitial();
    this.heading.focus({ preventScroll: true });
  };

  /** The lab's figure that stands in a lesson's hero, or is it; undefined where all of that is the lesson's own. */
  private heroOf({ hero }: Lesson): LessonPart | undefined {
    const wanted = hero.kind === 'own' ? hero.figure : hero.kind === 'curves' ? hero.below : undefined;
    return this.all.find(({ id }) => id === wanted);
  }

  private renderHero(lesson: Lesson) {
    const { hero } = lesson;
    switch (hero.kind) {
      case 'curves':
        return html`<tinyai-loss-chart></tinyai-loss-chart>${this.heroOf(lesson)?.render(this.store)}`;
      case 'bars':
        return html`<tinyai-bars-figure></tinyai-bars-figure>`;
      case 'own':
        return this.heroOf(lesson)?.render(this.store);
    }
  }

  /** Whatever the lab shows. */
  private get all(): LessonPart[] {
    const { stage, figures } = this.store.definition;
    return [...(stage ? [stage] : []), ...figures];
  }

  // ---- What comes after

  private renderNext() {
    return html`<section class="last screen-only" aria-labelledby="next" data-block>
      <h2 id="next" tabindex="-1">${this.text.lesson.next.heading}</h2>
      ${nextLinks(this.store, this.words)}
    </section>`;
  }

  private renderSettings() {
    const { store } = this;
    return html`<details class="fold" ?open=${this.settingsOpen} @toggle=${(event: Event) => (this.settingsOpen = (event.target as HTMLDetailsElement).open)}>
      <summary>${this.text.lesson.drawer.settings}</summary>
      ${this.settingsOpen
        ? html`<div class="drawer">
            <tinyai-run-tabs></tinyai-run-tabs>
            ${store.definition.controls?.(store) ?? nothing}
            <tinyai-spec-form searchable></tinyai-spec-form>
          </div>`
        : nothing}
    </details>`;
  }

  private renderMeasurements(lesson: Lesson) {
    const { store } = this;
    const shown = [this.heroOf(lesson)?.id, lesson.hero.kind === 'curves' ? 'loss' : undefined];
    const { stage, figures } = store.definition;
    const open = this.measurementsOpen;
    return html`<details class="fold" ?open=${open} @toggle=${(event: Event) => (this.measurementsOpen = (event.target as HTMLDetailsElement).open)}>
      <summary>${this.text.lesson.drawer.measurements}</summary>
      ${open
        ? html`${stage && !shown.includes(stage.id) ? html`<tinyai-past-part class="figure" ?plans=${stage.plans?.(store) ?? false}>${stage.render(store)}</tinyai-past-part>` : nothing}
          ${repeat(
            figures.filter((figure) => !shown.includes(figure.id) && figure.shows(store)),
            ({ id }) => id,
            (figure) => html`<tinyai-past-part class="figure" id=${figure.id} ?plans=${figure.plans?.(store) ?? false}>${figure.render(store)}</tinyai-past-part>`,
          )}`
        : nothing}
    </details>`;
  }

  /** Shows a field that something is said of: beside the figure, or among all settings. */
  private async reveal({ path }: RevealEvent): Promise<void> {
    if (await this.controls?.reveal(path)) return;
    this.settingsOpen = true;
    await this.updateComplete;
    const form = this.renderRoot.querySelector<SpecForm>('tinyai-spec-form');
    await form?.updateComplete;
    await form?.reveal(path);
  }

  /** In the lecture hall, arrow keys go from block to block. */
  private readonly move = ({ detail: by }: PresentMove): void => {
    const all = [this.heading, ...this.renderRoot.querySelectorAll<HTMLElement>('[data-block]')];
    const at = all.findLastIndex((block) => block.getBoundingClientRect().top < 80);
    const next = all[Math.max(0, Math.min(all.length - 1, Math.max(0, at) + by))];
    next?.scrollIntoView({ block: 'start' });
    const heading = next?.shadowRoot?.querySelector<HTMLElement>('h2') ?? next?.querySelector<HTMLElement>('h2') ?? next;
    heading?.focus({ preventScroll: true });
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-lesson-view': LessonView;
  }
}
