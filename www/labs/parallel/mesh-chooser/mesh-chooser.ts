import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { messages } from '../../i18n/locale';
import type { AxisKey } from '../../i18n/parallel/messages';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import { fieldSchema, rankCount } from '../../parallel/parallel-spec';
import type { FieldEvent } from '../../kit/form/events';
import '../../kit/form/number-box';
import { BoxRefusals } from '../box-refusals';
import { messageText } from '../spec-form/describe';
import { shared } from '../../kit/base.css';
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

  private readonly refused = new BoxRefusals(this);

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
        <div
          class="axes"
          @input=${({ path, value }: FieldEvent) => this.bench.setValue(path, value)}
          @change=${() => this.bench.settle()}
          @typed=${this.refused.take}
        >
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
    const name = text.axes[axis];
    return html`<div class="axis">
      <label for=${axis} title=${this.bench.fieldText(path)?.help ?? nothing}>${name}</label>
      <tinyai-number-box
        id=${axis}
        stepper
        .path=${path}
        .label=${name}
        .schema=${{ ...fieldSchema(path), minimum, maximum, 'x-step': 1 }}
        .value=${size}
        ?wrong=${this.bench.fieldProblems(path).length > 0}
      ></tinyai-number-box>
    </div>`;
  }

  /** What is wrong with the mesh as a whole is told here; the other fields tell theirs. */
  private renderProblems() {
    const paths = ['mesh', 'ranks.unequal', ...AXES.map((axis) => `mesh.${axis}`)];
    const problems = paths.flatMap((path) => this.bench.fieldProblems(path));
    return html`<div class="problems" aria-live="polite">
      ${[...this.refused.reasons, ...problems.map(({ message }) => messageText(this.bench, message))].map((problem) => html`<p>${problem}</p>`)}
    </div>`;
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
