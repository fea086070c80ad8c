import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { plain } from '../../i18n/format';
import { messages } from '../../i18n/locale';
import type { FieldPath, OptionKey } from '../../i18n/messages';
import { LabElement } from '../../workbench/lab-element';
import { BASE } from '../../workbench/spec-editor';
import { equal, get, leaves } from '../../spec/patch';
import { schema } from '../../spec/schema';
import { shared } from '../../kit/base.css';
import { colour, mark } from '../run-mark';
import { styles } from './run-tabs.css';

const MOST_RUNS = schema.properties!.runs!.maxItems ?? 8;

/** A value of the spec as a person reads it. */
export function valueText(path: string, value: unknown): string {
  const text = messages();
  if (Array.isArray(value)) return value.map((item) => String(item).replace('_proj', '')).join(' ');
  if (typeof value === 'number') return plain(value);
  const option = text.options[`${path}=${value}` as OptionKey];
  return option ?? text.sources[String(value)] ?? (value === '' ? '∅' : String(value));
}

/** A field's name; the path where the field is not known. */
export const fieldLabel = (path: string): string => messages().fields[path as FieldPath]?.label ?? path;

/** The runs as columns: what is shared, and what each changes of it. Choosing one turns the form to it. */
@customElement('run-tabs')
export class RunTabs extends LabElement {
  static override styles = [shared, styles];

  override render() {
    const text = messages().form;
    const { spec, selected } = this.bench;
    return html`
      <div class="columns" role="group" aria-label=${text.runs}>
        <div class="column base" ?data-selected=${selected === BASE}>
          <button class="pick" aria-pressed=${selected === BASE} @click=${() => this.bench.select(BASE)}>
            <span class="name">${text.shared}</span>
          </button>
        </div>
        ${spec.runs.map((_, i) => this.renderRun(i))}
        ${spec.runs.length < MOST_RUNS
          ? html`<button class="add" title=${text.addRun} aria-label=${text.addRun} @click=${() => this.bench.addRun()}><span aria-hidden="true">+</span></button>`
          : nothing}
      </div>
    `;
  }

  private renderRun(run: number) {
    const { spec, selected } = this.bench;
    const { name, patch } = spec.runs[run]!;
    const text = messages().form;
    const changed = leaves(patch).filter((path) => path && !equal(get(patch, path), get(spec.base, path)));
    return html`
      <div class="column" ?data-selected=${selected === run} style="--run: ${colour(run)}">
        <button class="pick" aria-pressed=${selected === run} @click=${() => this.bench.select(run)}>
          <span class="name">${mark(run)}<span>${name}</span></span>
          <span class="changes">
            ${changed.length === 0
              ? html`<span class="none">${text.same}</span>`
              : changed.slice(0, 3).map((path) => html`<span>${fieldLabel(path)} <b>${valueText(path, get(patch, path))}</b></span>`)}
            ${changed.length > 3 ? html`<span class="none">+ ${changed.length - 3}</span>` : nothing}
          </span>
        </button>
      </div>
    `;
  }
}
