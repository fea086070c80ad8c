import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { messages, localized } from '../../i18n/locale';
import type { AxisKey } from '../../i18n/parallel/messages';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import { fieldSchema, rankCount } from '../../parallel/parallel-spec';
import { readNumber } from '../spec-form/read-number';
import { shared } from '../../styles/shared.css';
import { LabElement } from '../../workbench/lab-element';
import './mesh-drawing';
import { PRESET_KEYS, presetOf, withPreset } from './presets';
import { styles } from './mesh-chooser.css';

/** From the outermost axis to the innermost, as ranks are numbered. */
const AXES: AxisKey[] = ['data', 'pipeline', 'tensor'];

/** How many ranks there are along each axis, and what each of them is then. */
@customElement('mesh-chooser')
export class MeshChooser extends LabElement<ParallelWorkbench> {
  static override styles = [shared, styles];

  override render() {
    const text = messages().parallel.mesh;
    const { spec } = this.bench;
    const chosen = presetOf(spec.mesh);
    return html`
      <section>
        <div class="head">
          <h2>${text.heading}</h2>
          <output>${text.ranks(rankCount(spec))}</output>
        </div>
        <div class="axes">
          ${AXES.map((axis, i) => html`${i > 0 ? html`<span class="times" aria-hidden="true">×</span>` : nothing}${this.renderAxis(axis)}`)}
        </div>
        ${this.renderProblems()}
        <mesh-drawing .bench=${this.bench}></mesh-drawing>
        <p class="label" id="presets">${text.presets}</p>
        <div class="presets" role="group" aria-labelledby="presets">
          ${PRESET_KEYS.map(
            (key) => html`<button type="button" aria-pressed=${key === chosen} @click=${() => this.bench.write(withPreset(spec, key))}>${text.presetNames[key]}</button>`,
          )}
        </div>
      </section>
    `;
  }

  private renderAxis(axis: AxisKey) {
    const text = messages().parallel.mesh;
    const path = `mesh.${axis}`;
    const size = this.bench.spec.mesh[axis];
    const { minimum = 1, maximum = 64 } = fieldSchema(path);
    const set = (next: number): void => this.bench.setValue(path, Math.min(maximum, Math.max(minimum, next)));
    const typed = (event: Event): void => {
      const input = event.target as HTMLInputElement;
      const next = readNumber(input.value);
      if (next !== null && Number.isInteger(next) && next >= minimum) set(next);
      input.value = String(this.bench.spec.mesh[axis]);
    };
    const key = (event: KeyboardEvent): void => {
      const by = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
      if (!by) return;
      event.preventDefault();
      set(size + by);
    };
    const name = text.axes[axis];
    return html`<div class="axis" ?data-wrong=${this.bench.fieldProblems(path).length > 0}>
      <label for=${axis} title=${this.bench.fieldText(path)?.help ?? nothing}>${name}</label>
      <div class="stepper">
        <button type="button" aria-label=${text.less(name)} ?disabled=${size <= minimum} @click=${() => set(size - 1)}>−</button>
        <input id=${axis} type="text" inputmode="numeric" autocomplete="off" .value=${String(size)} @change=${typed} @keydown=${key} />
        <button type="button" aria-label=${text.more(name)} ?disabled=${size >= maximum} @click=${() => set(size + 1)}>+</button>
      </div>
    </div>`;
  }

  /** What is wrong with the mesh as a whole is told here; the other fields tell theirs. */
  private renderProblems() {
    const paths = ['mesh', 'ranks.unequal', ...AXES.map((axis) => `mesh.${axis}`)];
    const problems = paths.flatMap((path) => this.bench.fieldProblems(path));
    return html`<div class="problems" role=${problems.length > 0 ? 'alert' : nothing}>${problems.map(({ message }) => html`<p>${localized(message)}</p>`)}</div>`;
  }

  /** Whether a field is here; the focus then goes to it. */
  async reveal(path: string): Promise<boolean> {
    await this.updateComplete;
    const axis = AXES.find((axis) => path === `mesh.${axis}`) ?? (path === 'mesh' ? 'data' : undefined);
    const input = axis && this.renderRoot.querySelector<HTMLElement>(`#${axis}`);
    input?.focus();
    return input !== undefined;
  }
}
