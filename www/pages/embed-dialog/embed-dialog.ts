import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { GROUPS } from '../../engine/spec/schema';
import { shared } from '../../kit/base.css';
import '../../kit/copy/copy-field';
import '../../kit/dialog/dialog';
import { styled } from '../../kit/styled';
import { LabElement } from '../../shell/elements/lab-element';
import { LANGUAGES, type Language } from '../../shell/text/language';
import { styles } from './embed-dialog.css';
import { HEIGHT, frameAddress, snippetOf, type Embedding } from './snippet';
import { EMBED_TEXT } from './text';

/** Pixels that make a frame of some use. */
const [LEAST, MOST] = [200, 4000];

/** How a lab can be put into a page of somebody else's: chosen here, shown as it will look, and written down to be copied. */
@customElement('tinyai-embed-dialog')
export class EmbedDialog extends LabElement {
  static override styles = [shared, styles];

  /** The site's root. */
  @property({ attribute: false }) site!: URL;
  /** The figure to begin with; null, or one that the lab has not: all. */
  @property({ attribute: false }) only: string | null = null;

  @state() private way: Embedding['way'] = 'frame';
  @state() private language: Language | null = null;
  @state() private leftOut: ReadonlySet<string> = new Set();
  @state() private lock: readonly string[] = [];
  @state() private height = HEIGHT;
  @state() private follow = true;

  protected override willUpdate(): void {
    if (this.hasUpdated) return;
    const { only, figures } = this;
    if (only !== null && figures.includes(only)) this.leftOut = new Set(figures.filter((id) => id !== only));
  }

  private get embedding(): Embedding {
    const { way, language, leftOut, lock, height, follow, store } = this;
    const figures = this.figures;
    const show = leftOut.size === 0 ? null : figures.filter((id) => !leftOut.has(id));
    return { way, language, show, lock, height, follow, lab: store.definition.id, spec: store.editor.spec };
  }

  private get figures(): string[] {
    const { stage, figures } = this.store.definition;
    return [...(stage ? [stage.id] : []), ...figures.map(({ id }) => id)];
  }

  override render() {
    const { words, site, embedding } = this;
    const text = EMBED_TEXT[words.language];
    const snippet = snippetOf(site, words.lab.name, embedding);
    const ownFile = JSON.stringify(embedding.spec).includes('"file:');
    return html`<tinyai-dialog open .heading=${text.heading} @close=${() => this.dispatchEvent(new Event('close'))}>
      <div class="sides">
        <form @submit=${(event: Event) => event.preventDefault()}>
          ${this.renderWay()} ${this.renderLanguage()} ${this.renderFigures()} ${this.renderLock()} ${this.way === 'frame' ? this.renderSize() : nothing}
        </form>
        <div class="shown">
          ${ownFile ? html`<p class="hint" role="status">${text.ownFile}</p>` : nothing}
          <label for="snippet">${text.snippet}</label>
          <textarea id="snippet" readonly rows="9" spellcheck="false" .value=${snippet} @focus=${(event: FocusEvent) => (event.target as HTMLTextAreaElement).select()}></textarea>
          <p class="ways">
            <tinyai-copy-field .label=${text.copy} .value=${() => snippet}></tinyai-copy-field>
            <a class="link" href=${new URL('examples/', site).href} target="_blank">${text.examples}</a>
          </p>
          <h3>${text.preview}</h3>
          <iframe title=${text.preview} src=${frameAddress(site, { ...embedding, language: embedding.language ?? words.language })} ${styled({ height: `${Math.min(embedding.height, HEIGHT)}px` })}></iframe>
        </div>
      </div>
    </tinyai-dialog>`;
  }

  private get own() {
    return EMBED_TEXT[this.words.language];
  }

  private renderWay() {
    const text = this.own;
    const choice = (way: Embedding['way'], label: string, hint: string) => html`<label class="choice">
      <input type="radio" name="way" .checked=${this.way === way} @change=${() => (this.way = way)} /><span>${label}<small>${hint}</small></span>
    </label>`;
    return html`<fieldset><legend>${text.way}</legend>${choice('frame', text.frame, text.frameHint)}${choice('element', text.element, text.elementHint)}</fieldset>`;
  }

  private renderLanguage() {
    const text = this.own;
    const chosen = (event: Event): void => {
      const { value } = event.target as HTMLSelectElement;
      this.language = LANGUAGES.find((language) => language === value) ?? null;
    };
    return html`<fieldset>
      <legend><label for="language">${text.language}</label></legend>
      <select id="language" @change=${chosen}>${(['reader', ...LANGUAGES] as const).map((value) => html`<option value=${value}>${text.languages[value]}</option>`)}</select>
    </fieldset>`;
  }

  private renderFigures() {
    const toggle = (id: string): void => {
      const hidden = new Set(this.leftOut);
      if (!hidden.delete(id)) hidden.add(id);
      // Without any, all would be shown.
      if (hidden.size < this.figures.length) this.leftOut = hidden;
      this.requestUpdate();
    };
    return html`<fieldset>
      <legend>${this.own.figures}</legend>
      ${this.figures.map((id) => this.renderCheck(this.words.figure(id), !this.leftOut.has(id), () => toggle(id)))}
    </fieldset>`;
  }

  private renderLock() {
    const { lock, words, store } = this;
    const all = lock.includes('*');
    const toggle = (path: string): void => void (this.lock = lock.includes(path) ? lock.filter((each) => each !== path) : [...lock, path]);
    const shown = GROUPS.filter(({ fields }) => fields.some((field) => store.editor.applies(field) || store.definition.drawn?.includes(field.path)));
    return html`<fieldset>
      <legend>${this.own.lock}</legend>
      ${this.renderCheck(this.own.lockAll, all, () => (this.lock = all ? [] : ['*']))}
      ${all ? nothing : shown.map(({ path }) => this.renderCheck(words.group(path), lock.includes(path), () => toggle(path)))}
    </fieldset>`;
  }

  private renderSize() {
    const text = this.own;
    const sized = (event: Event): void => {
      const height = Math.round(Number((event.target as HTMLInputElement).value));
      this.height = Math.min(MOST, Math.max(LEAST, height || HEIGHT));
    };
    return html`<fieldset>
      <legend><label for="height">${text.height}</label></legend>
      <input id="height" type="number" min=${LEAST} max=${MOST} step="20" .value=${String(this.height)} @change=${sized} />
      ${this.renderCheck(text.follow, this.follow, () => (this.follow = !this.follow))}
    </fieldset>`;
  }

  private renderCheck(label: string, checked: boolean, change: () => void) {
    return html`<label class="choice"><input type="checkbox" .checked=${live(checked)} @change=${change} /><span>${label}</span></label>`;
  }
}
