/** The controls of a field, one a kind. Each is labelled by the field's `label` and described by its `help`. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { messages } from '../../i18n/locale';
import { plain } from '../../i18n/format';
import type { Field } from '../../spec/schema';
import { readNumber } from './read-number';

/** What a control shows, and what it reports. */
export interface Control {
  field: Field;
  value: unknown;
  wrong: boolean;
  set(value: unknown): void;
  /** The visitor typed something that is no value; null when that is over. */
  reject(typed: string | null): void;
  /** A choice's value as a person reads it. */
  optionText(option: string): string;
  /** Absent where the visitor's own files cannot be used. */
  addFiles?(files: File[]): void;
}

/** A number; what is typed counts as soon as it is one. The field writes the value into it, see {@link showNumber}. */
export function number({ field, value, wrong, set, reject }: Control): TemplateResult {
  const { schema } = field;
  const read = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const parsed = readNumber(input.value);
    if (parsed === null || !Number.isFinite(parsed)) return reject(input.value.trim());
    reject(null);
    set(parsed);
  };
  const step = (event: KeyboardEvent): void => {
    const by = schema['x-step'];
    const sign = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
    if (!by || !sign || typeof value !== 'number') return;
    event.preventDefault();
    const next = Number((value + sign * by).toPrecision(12));
    reject(null);
    set(Math.min(schema.maximum ?? Infinity, Math.max(schema.minimum ?? -Infinity, next)));
  };
  const settle = (event: Event): void => {
    reject(null);
    (event.target as HTMLInputElement).value = plain(Number(value));
  };
  return html`<input
    id="control"
    type="text"
    inputmode="decimal"
    autocomplete="off"
    spellcheck="false"
    aria-describedby="help"
    aria-invalid=${wrong}
    @input=${read}
    @keydown=${step}
    @blur=${settle}
  />`;
}

/** Writes a number into its input, unless what is being typed there already means it (`0.` on the way to `0.5`). */
export function showNumber(input: HTMLInputElement, value: number): void {
  const typing = input.matches(':focus') && readNumber(input.value) === value;
  if (!typing) input.value = plain(value);
}

/** A short text. */
export function text({ field, value, wrong, set }: Control): TemplateResult {
  return html`<input
    id="control"
    type="text"
    .value=${String(value)}
    maxlength=${field.schema.maxLength ?? 200}
    aria-describedby="help"
    aria-invalid=${wrong}
    @input=${(event: Event) => set((event.target as HTMLInputElement).value)}
  />`;
}

/** One of a few values, side by side. */
export function choice({ field, value, set, optionText }: Control): TemplateResult {
  return html`<div class="segments" role="radiogroup" aria-labelledby="label" aria-describedby="help">
    ${field.options.map(
      (option) => html`<label
        ><input type="radio" name="control" .value=${option} .checked=${live(option === value)} @change=${() => set(option)} /><span
          >${optionText(option)}</span
        ></label
      >`,
    )}
  </div>`;
}

/** Any of a few values. */
export function chips({ field, value, set, optionText }: Control): TemplateResult {
  const chosen = new Set(value as string[]);
  const toggle = (option: string): void => {
    if (!chosen.delete(option)) chosen.add(option);
    set(field.options.filter((each) => chosen.has(each)));
  };
  return html`<div class="toggles" role="group" aria-labelledby="label" aria-describedby="help">
    ${field.options.map(
      (option) =>
        html`<button type="button" aria-pressed=${chosen.has(option)} title=${optionText(option)} @click=${() => toggle(option)}>
          ${option.replace('_proj', '')}
        </button>`,
    )}
  </div>`;
}

/** Yes or no. */
export function toggle({ value, set }: Control): TemplateResult {
  return html`<input
    id="control"
    type="checkbox"
    .checked=${live(value === true)}
    aria-describedby="help"
    @change=${(event: Event) => set((event.target as HTMLInputElement).checked)}
  />`;
}

/** Something that ships with the site, or files of the visitor, chosen or dropped. */
export function source({ field, value, wrong, set, addFiles }: Control): TemplateResult {
  const own = 'own';
  const texts = messages();
  const model = field.path.startsWith('model.');
  const current = String(value);
  const pick = (event: Event): void => {
    const select = event.target as HTMLSelectElement;
    if (select.value !== own) return set(select.value);
    select.value = current;
    (select.getRootNode() as ShadowRoot).querySelector<HTMLInputElement>('#files')?.click();
  };
  const chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    addFiles?.([...(input.files ?? [])]);
    input.value = '';
  };
  const over = (event: DragEvent): void => {
    if (!addFiles) return;
    event.preventDefault();
    (event.currentTarget as HTMLElement).toggleAttribute('data-over', event.type === 'dragover');
  };
  const drop = (event: DragEvent): void => {
    over(event);
    addFiles?.([...(event.dataTransfer?.files ?? [])]);
  };
  return html`<div class="source" @dragover=${over} @dragleave=${over} @drop=${drop}>
    <select id="control" .value=${live(current)} aria-describedby="help" aria-invalid=${wrong} @change=${pick}>
      ${field.options.map((option) => html`<option value=${option} ?selected=${option === current}>${texts.sources[option] ?? option}</option>`)}
      ${field.options.includes(current) ? '' : html`<option value=${current} selected>${current.replace(/^file:/, '')}</option>`}
      ${addFiles ? html`<option value=${own}>${texts.form.ownFile}</option>` : nothing}
    </select>
    ${addFiles ? html`<input id="files" type="file" tabindex="-1" aria-hidden="true" hidden ?multiple=${model} @change=${chosen} />` : nothing}
  </div>`;
}
