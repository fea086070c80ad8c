import { ContextProvider } from '@lit/context';
import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { problemsOf } from '../../engine/error';
import { shared } from '../../kit/base.css';
import '../../kit/copy/copy-field';
import '../../kit/figure/figure';
import '../../kit/notice/notice';
import { DrawnBySignals } from '../../kit/signals/drawn-by-signals';
import { styled } from '../../kit/styled';
import { kitText } from '../../kit/text/text';
import { CATALOGUE, LABS } from '../../labs';
import { entriesIn, isForetold } from '../../shell/library';
import type { Lesson } from '../../shell/lesson/lesson';
import { calibration } from '../../shell/lesson/prediction/calibration';
import { answerText, numberText, surenessText } from '../../shell/lesson/prediction/answer-text';
import { askOf } from '../../shell/lesson/prediction/question';
import { loadWords, wordsContext, type Words } from '../../shell/text/words';
import type { PageFrame } from '../frame';
import { FRAME_TEXT } from '../text';
import { grouped, histogram, placeOf, truthOf, type Column, type Group, type Prediction } from './gathered';
import { styles } from './teach-page.css';
import { TEACH_TEXT } from './text';

/** What a class foretold, out of the files that learners hand in or messages of other pages, beside what came true. */
@customElement('tinyai-teach-page')
export class TeachPage extends LitElement {
  static override styles = [shared, styles];

  /** Given once. */
  @property({ attribute: false }) frame!: Pick<PageFrame, 'language' | 'home'>;

  @query('main') private readonly main!: HTMLElement;
  @query('input[type=file]') private readonly files!: HTMLInputElement;
  @state() private predictions: readonly Prediction[] = [];
  @state() private lessons: ReadonlyMap<string, readonly Lesson[]> = new Map();
  @state() private words: Words | null = null;
  @state() private said: readonly string[] = [];
  @state() private reading = false;
  @state() private named = '';
  private readonly signals = new DrawnBySignals(this);
  /** What is asked in lessons has terms in it, which explain themselves in the page's words. */
  private readonly wordsHere = new ContextProvider(this, { context: wordsContext });
  private readonly kit = new ContextProvider(this, { context: kitText });
  private stop = (): void => undefined;

  protected override performUpdate(): void {
    this.signals.draw(() => super.performUpdate());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('dragover', this.dragged);
    window.addEventListener('drop', this.dropped);
    window.addEventListener('message', this.told);
    this.stop = this.frame.language.follow((language) => void this.speak(language));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('dragover', this.dragged);
    window.removeEventListener('drop', this.dropped);
    window.removeEventListener('message', this.told);
    this.stop();
  }

  /** Moves the focus past the header. */
  skip(): void {
    this.main.focus();
  }

  private async speak(language: Words['language']): Promise<void> {
    try {
      const definition = await LABS[CATALOGUE[0]!.id]!();
      const words = await loadWords(language, definition.text);
      if (language !== this.frame.language.current) return;
      this.wordsHere.setValue(words);
      this.kit.setValue(words.kit);
      this.words = words;
    } catch (error) {
      this.missed(error);
    }
  }

  /** A part of the page did not arrive. */
  private readonly missed = (error: unknown): void => {
    this.said = [...this.said, FRAME_TEXT[this.frame.language.current].incomplete(error instanceof Error ? error.message : String(error))];
  };

  // ---- Taking in

  private readonly dragged = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  };

  private readonly dropped = (event: DragEvent): void => {
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    event.preventDefault();
    void this.take([...files]);
  };

  /** A page that has them may send predictions: `{ type: 'tinyai-foretold', lab, foretold }`. They are shown, no more. */
  private readonly told = ({ data }: MessageEvent): void => {
    const { type, lab, foretold } = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
    if (type !== 'tinyai-foretold' || typeof lab !== 'string' || !isForetold(foretold)) return;
    this.add([{ lab, foretold, key: JSON.stringify([lab, foretold.at, foretold.answer]) }]).catch(this.missed);
  };

  private async take(files: readonly File[]): Promise<void> {
    const { language } = this.frame;
    const text = TEACH_TEXT[language.current];
    this.reading = true;
    const said: string[] = [];
    for (const file of files) {
      try {
        const entries = await entriesIn(file);
        const found = entries.flatMap(({ lab, foretold }) => (foretold ? [{ lab, foretold, key: JSON.stringify([lab, foretold.at, foretold.answer]) }] : []));
        if (found.length === 0) said.push(text.nothingIn(file.name));
        await this.add(found);
      } catch (error) {
        said.push(...problemsOf(error).map(({ message }) => `${file.name}: ${message[language.current]}`));
      }
    }
    this.reading = false;
    this.said = said;
  }

  private async add(found: readonly Prediction[]): Promise<void> {
    for (const { lab } of found) {
      if (this.lessons.has(lab)) continue;
      const definition = Object.hasOwn(LABS, lab) ? await LABS[lab]!() : null;
      this.lessons = new Map(this.lessons).set(lab, (await definition?.lessons?.()) ?? []);
    }
    this.predictions = [...this.predictions, ...found];
  }

  // ---- Showing

  override render() {
    const language = this.frame.language.current;
    const text = TEACH_TEXT[language];
    const groups = grouped(this.predictions);
    return html`
      <main id="results" tabindex="-1">
        <h1>${text.title}</h1>
        <p class="lead">${text.lead}</p>
        <ol class="steps">${text.howTo.map((step) => html`<li>${step}</li>`)}</ol>
        ${this.renderClass()}
        <p class="open">
          <button class="primary" @click=${() => this.files.click()}>${text.open}</button> <span>${text.drop}</span>
          <input type="file" accept=".tinyai" multiple hidden @change=${this.picked} />
          ${this.predictions.length > 0 ? html`<button class="link" @click=${this.clear}>${text.clear}</button>` : nothing}
        </p>
        <p role="status">${this.reading ? text.reading : groups.length === 0 ? text.none : ''}</p>
        ${this.said.length > 0 ? html`<tinyai-notice dismissible .items=${this.said.map((message) => ({ message }))} @dismiss=${() => (this.said = [])}></tinyai-notice>` : nothing}
        ${groups.map((group) => this.renderGroup(group))} ${this.renderCalibration()}
      </main>
    `;
  }

  private readonly clear = (): void => {
    this.predictions = [];
    // The button that was pressed is gone.
    this.main.focus();
  };

  private readonly picked = (): void => {
    const files = [...(this.files.files ?? [])];
    this.files.value = '';
    void this.take(files);
  };

  private renderClass() {
    const text = TEACH_TEXT[this.frame.language.current];
    const href = (lab: string): string => {
      const address = new URL(`./labs/${lab}/`, this.frame.home);
      if (this.named.trim() !== '') address.searchParams.set('class', this.named.trim());
      return address.href;
    };
    return html`<fieldset class="class">
      <legend>${text.classLink}</legend>
      <label>${text.className} <input .value=${this.named} maxlength="60" @input=${(event: Event) => (this.named = (event.target as HTMLInputElement).value)} /></label>
      <ul>
        ${CATALOGUE.map(({ id, name }) => html`<li>${name[this.frame.language.current]} <tinyai-copy-field .label=${text.copy} .value=${() => href(id)}></tinyai-copy-field></li>`)}
      </ul>
      <p class="hint">${text.classHint}</p>
    </fieldset>`;
  }

  private renderGroup(group: Group) {
    const { language } = this.frame;
    const text = TEACH_TEXT[language.current];
    const { words } = this;
    if (!words) return nothing;
    const lesson = this.lessons.get(group.lab)?.find(({ id }) => id === group.lesson);
    if (!lesson) return html`<p>${text.unknownLesson(group.lesson)}</p>`;
    const known = group.all.filter(({ outcome }) => outcome !== null);
    const right = known.filter(({ outcome }) => outcome!.grade !== 'far').length;
    const truth = truthOf(group.all);
    const columns = histogram(lesson.predict, group.all);
    return html`<tinyai-figure .heading=${text.lesson(lesson.title[language.current], group.all.length)} .caption=${group.class === '' ? '' : text.inClass(group.class)}>
      <p class="ask">${askOf(lesson.predict, language.current, language.current)}</p>
      ${columns ? this.renderColumns(columns, lesson, words, truth) : nothing}
      <p>
        ${truth && truth.kind !== 'curve' ? html`<b>${text.came(answerText(words, lesson.predict, truth))}</b>${language.current === 'zh' ? nothing : ' '}` : nothing}
        ${known.length > 0 ? text.share(words.format.wholePercent(right / known.length)) : nothing}
      </p>
    </tinyai-figure>`;
  }

  private renderColumns(columns: readonly Column[], { predict }: Lesson, words: Words, truth: ReturnType<typeof truthOf>) {
    const text = TEACH_TEXT[this.frame.language.current];
    const most = Math.max(1, ...columns.map(({ count }) => count));
    const name = ({ of }: Column): string => {
      if (typeof of !== 'string') return predict.kind === 'number' ? `${numberText(words, of[0], predict.unit)} – ${numberText(words, of[1], predict.unit)}` : '';
      if (predict.kind === 'order') return answerText(words, predict, { kind: 'order', order: of.split('\n') });
      return answerText(words, predict, { kind: 'choice', option: of });
    };
    const came = truth ? placeOf(predict, columns, truth) : -1;
    return html`<table>
      <thead class="visually-hidden">
        <tr><th scope="col">${text.answer}</th><th scope="col">${text.count}</th></tr>
      </thead>
      <tbody>
        ${columns.map(
          (column, i) => html`<tr ?data-true=${i === came}>
            <th scope="row">${name(column)}</th>
            <td><span class="bar" ${styled({ width: `${(100 * column.count) / most}%` })}></span></td>
            <td class="number">${column.count}</td>
            <td class="came">${i === came ? text.truth : ''}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private renderCalibration() {
    const text = TEACH_TEXT[this.frame.language.current];
    const rows = calibration(this.predictions.map(({ foretold }) => foretold));
    const { words } = this;
    if (rows.length === 0 || !words) return nothing;
    return html`<tinyai-figure .heading=${text.calibration}>
      <ul>
        ${rows.map(({ sureness, right, all }) => html`<li>${text.calibrationRow(surenessText(words, sureness), String(right), all)}</li>`)}
      </ul>
    </tinyai-figure>`;
  }

}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-teach-page': TeachPage;
  }
}
