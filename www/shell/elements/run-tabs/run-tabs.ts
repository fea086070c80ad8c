import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { styled } from '../../../kit/styled';
import { LabElement } from '../lab-element';
import { BASE, MOST_RUNS } from '../../store/spec-editor';
import { equal, get, leaves } from '../../../engine/spec/patch';
import { isMap } from '../../../engine/spec/schema';
import { shared } from '../../../kit/base.css';
import { colour, mark } from '../../figures/run-mark';
import { valueText } from '../../text/values';
import { styles } from './run-tabs.css';

/** The runs as columns: what is shared, and what each changes of it. Choosing one turns the form to it. */
@customElement('tinyai-run-tabs')
export class RunTabs extends LabElement {
  static override styles = [shared, styles];

  override render() {
    const text = this.text.form;
    const { spec, selected } = this.store.editor;
    return html`
      <div class="columns" role="group" aria-label=${text.runs}>
        <div class="column base" ?data-selected=${selected === BASE}>
          <button class="pick" aria-pressed=${selected === BASE} @click=${() => this.store.editor.select(BASE)}>
            <span class="name">${text.shared}</span>
          </button>
        </div>
        ${spec.runs.map((_, i) => this.renderRun(i))}
        ${spec.runs.length < MOST_RUNS
          ? html`<button class="add" title=${text.addRun} aria-label=${text.addRun} @click=${() => this.store.editor.addRun()}><span aria-hidden="true">+</span></button>`
          : nothing}
      </div>
    `;
  }

  private renderRun(run: number) {
    const { spec, selected } = this.store.editor;
    const { name, patch, fork } = spec.runs[run]!;
    const text = this.text.form;
    const { editor } = this.store;
    // What a patch says of a map is added to what the ground has.
    const value = (path: string): unknown => (isMap(path) ? editor.value(run, path) : get(patch, path));
    const changed = leaves(patch, isMap).filter((path) => path && !equal(value(path), editor.groundValue(run, path)));
    return html`
      <div class="column" ?data-selected=${selected === run} ${styled({ '--run': colour(run) })}>
        <button class="pick" aria-pressed=${selected === run} @click=${() => this.store.editor.select(run)}>
          <span class="name">${mark(run)}<span>${name}</span></span>
          <span class="changes">
            ${fork && name !== text.forkName(fork.run, fork.step) ? html`<span class="none">${text.forkOf(fork.run, String(fork.step))}</span>` : nothing}
            ${changed.length === 0 && !fork
              ? html`<span class="none">${text.same}</span>`
              : changed.slice(0, 3).map((path) => html`<span>${this.words.field(path)?.label ?? path} <b>${valueText(this.words, path, value(path))}</b></span>`)}
            ${changed.length > 3 ? html`<span class="none">+ ${changed.length - 3}</span>` : nothing}
          </span>
        </button>
      </div>
    `;
  }
}
