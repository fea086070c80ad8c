/** The controls of a field, one a kind. Each is labelled by the field's `label` and described by its `help` and `problems`. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { KitText } from '../text/text';
import type { FieldDescription } from './description';
import type { GivenFiles } from './taking-files';

/** What a control shows, and what it reports. */
export interface Control {
  field: FieldDescription;
  value: unknown;
  wrong: boolean;
  text: KitText;
  /** The value changed, and may change again at once. */
  input(value: unknown): void;
  /** The value is what it is to be. */
  settle(value: unknown): void;
  give(files: GivenFiles): void;
}

/** What describes a control. */
export const DESCRIBED = 'help problems';

/** Events of the browser's own stay in the field, which tells of its value by events of its own. */
const own =
  <E extends Event>(handle: (event: E) => void) =>
  (event: E): void => {
    event.stopPropagation();
    handle(event);
  };

/** A short text. */
export function text({ field, value, wrong, input, settle }: Control): TemplateResult {
  return html`<input
    id="control"
    type="text"
    .value=${live(String(value))}
    maxlength=${field.schema.maxLength ?? 200}
    aria-describedby=${DESCRIBED}
    aria-invalid=${wrong}
    @input=${own((event: InputEvent) => input((event.target as HTMLInputElement).value))}
    @change=${own((event: Event) => settle((event.target as HTMLInputElement).value))}
  />`;
}

/** From so many on, values are in a list that opens. */
const LISTED = 6;

/** One of a few values, side by side; one of many, in a list. */
export function choice(control: Control): TemplateResult {
  const { field, value, settle } = control;
  if ((field.options?.length ?? 0) >= LISTED) return list(control);
  return html`<div class="segments" role="radiogroup" aria-labelledby="label" aria-describedby=${DESCRIBED}>
    ${field.options?.map(
      (option) => html`<label
        ><input
          type="radio"
          name="control"
          .value=${option.value}
          .checked=${live(option.value === value)}
          @input=${own(() => undefined)}
          @change=${own(() => settle(option.value))}
        /><span>${option.label}</span></label
      >`,
    )}
  </div>`;
}

function list({ field, value, wrong, settle }: Control): TemplateResult {
  return html`<select
    id="control"
    .value=${live(String(value))}
    aria-describedby=${DESCRIBED}
    aria-invalid=${wrong}
    @input=${own(() => undefined)}
    @change=${own((event: Event) => settle((event.target as HTMLSelectElement).value))}
  >
    ${field.options?.map((option) => html`<option value=${option.value} ?selected=${option.value === value}>${option.label}</option>`)}
  </select>`;
}

/** Any of a few values, in the order of the options. */
export function chips({ field, value, settle }: Control): TemplateResult {
  const options = field.options ?? [];
  const chosen = new Set(value as string[]);
  const toggle = (option: string): void => {
    if (!chosen.delete(option)) chosen.add(option);
    settle(options.flatMap((each) => (chosen.has(each.value) ? each.value : [])));
  };
  return html`<div class="toggles" role="group" aria-labelledby="label" aria-describedby=${DESCRIBED}>
    ${options.map(
      ({ value, label, short }) =>
        html`<button type="button" aria-pressed=${chosen.has(value)} title=${short === undefined ? nothing : label} @click=${() => toggle(value)}>${short ?? label}</button>`,
    )}
  </div>`;
}

/** Yes or no. */
export function toggle({ value, settle }: Control): TemplateResult {
  return html`<input
    id="control"
    type="checkbox"
    .checked=${live(value === true)}
    aria-describedby=${DESCRIBED}
    @input=${own(() => undefined)}
    @change=${own((event: Event) => settle((event.target as HTMLInputElement).checked))}
  />`;
}

/** Values of the select that stand for no source. */
const OWN_FILE = '\u0000file';
const OWN_FOLDER = '\u0000folder';

/** One of several that are there, or files of the visitor, chosen or dropped. */
export function source({ field, value, wrong, text, settle, give }: Control): TemplateResult {
  const { files, options = [] } = field;
  const current = String(value);
  const pick = (event: Event): void => {
    const select = event.target as HTMLSelectElement;
    const picked = select.value;
    if (picked !== OWN_FILE && picked !== OWN_FOLDER) return settle(picked);
    select.value = current;
    (select.getRootNode() as ShadowRoot).querySelector<HTMLInputElement>(picked === OWN_FILE ? '#files' : '#folder')?.click();
  };
  const chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const list = [...(input.files ?? [])];
    input.value = '';
    if (list.length > 0) give({ from: 'chooser', files: list });
  };
  const over = (event: DragEvent): void => {
    if (!files) return;
    event.preventDefault();
    (event.currentTarget as HTMLElement).toggleAttribute('data-over', event.type === 'dragover');
  };
  const drop = (event: DragEvent): void => {
    over(event);
    const { dataTransfer } = event;
    if (files && dataTransfer?.types.includes('Files')) give({ from: 'drop', transfer: dataTransfer });
  };
  const hidden = (id: string, folder: boolean) => html`<input
    id=${id}
    type="file"
    tabindex="-1"
    aria-hidden="true"
    hidden
    accept=${files?.accept ?? nothing}
    ?multiple=${files?.multiple}
    ?webkitdirectory=${folder}
    @input=${own(() => undefined)}
    @change=${own(chosen)}
  />`;
  return html`<div class="sources" @dragover=${over} @dragleave=${over} @drop=${drop}>
    <select id="control" .value=${live(current)} aria-describedby=${DESCRIBED} aria-invalid=${wrong} @input=${own(() => undefined)} @change=${own(pick)}>
      ${options.map((option) => html`<option value=${option.value} ?selected=${option.value === current}>${option.label}</option>`)}
      ${options.some((option) => option.value === current) ? nothing : html`<option value=${current} selected>${current}</option>`}
      ${files ? html`<option value=${OWN_FILE}>${text.files.ownFile}</option>` : nothing}
      ${files?.folder ? html`<option value=${OWN_FOLDER}>${text.files.ownFolder}</option>` : nothing}
    </select>
    ${files ? hidden('files', false) : nothing} ${files?.folder ? hidden('folder', true) : nothing}
  </div>`;
}
