import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { equal, get, ranksOf } from '../../../engine/spec/patch';
import { FIELDS } from '../../../engine/spec/schema';
import { shared } from '../../../kit/base.css';
import type { FieldEvent } from '../../../kit/form/events';
import '../../../kit/form/number-box';
import { BASE } from '../../../shell/store/spec-editor';
import type { NearestMesh } from '../../../types/generated/NearestMesh';
import { BoxRefusals } from '../box-refusals';
import { ParallelElement } from '../parallel-element';
import { Revealing } from '../revealing';
import './mesh-drawing';
import { PRESET_KEYS, meshPatch, presetOf, presetPatch } from './presets';
import { styles } from './mesh-chooser.css';

/** From the outermost axis to the innermost, as ranks are numbered. */
const AXES = ['data', 'pipeline', 'tensor'] as const;
type Axis = (typeof AXES)[number];

/** How many ranks there are along each axis, in the run or the base whose tab is chosen, and what each of them is then. */
@customElement('tinyai-mesh-chooser')
export class MeshChooser extends ParallelElement {
  static override styles = [shared, styles];

  private readonly refused = new BoxRefusals(this, {
    store: () => this.store,
    words: () => this.words,
    label: (path) => this.words.field(path)?.label ?? path,
  });

  constructor() {
    super();
    new Revealing(this, async (path) => {
      await this.updateComplete;
      const axis = path === 'mesh' ? 'data' : AXES.find((axis) => path === `mesh.${axis}`);
      return axis ? this.renderRoot.querySelector<HTMLElement>(`#${axis}`) : null;
    });
  }

  override render() {
    const text = this.own.mesh;
    const { editor } = this.store;
    const config = editor.config(editor.selected);
    const chosen = presetOf(config);
    return html`
      <section>
        <div class="head">
          <h2>${this.words.group('mesh')}</h2>
          <output>${text.ranks(ranksOf(config))}</output>
        </div>
        <div class="axes" @input=${({ path, value }: FieldEvent) => editor.setValue(path, value)} @typed=${this.refused.take}>
          ${AXES.map((axis, i) => html`${i > 0 ? html`<span class="times" aria-hidden="true">×</span>` : nothing}${this.renderAxis(axis)}`)}
        </div>
        ${this.renderProblems()}
        ${this.isDrawn ? html`<tinyai-mesh-drawing></tinyai-mesh-drawing>` : html`<p class="alone">${text.alone}</p>`}
        <p class="label" id="presets">${text.presets}</p>
        <div class="presets" role="group" aria-labelledby="presets">
          ${PRESET_KEYS.map(
            (key) => html`<button type="button" aria-pressed=${key === chosen} @click=${() => editor.patch(presetPatch(key), editor.selected)}>${text.presetNames[key]}</button>`,
          )}
        </div>
      </section>
    `;
  }

  /** Whether the run that the figures are of has the mesh that is chosen here. */
  private get isDrawn(): boolean {
    const { editor } = this.store;
    const { written, config } = this.view;
    return written !== BASE && equal(config.mesh, editor.config(editor.selected).mesh);
  }

  private renderAxis(axis: Axis) {
    const { editor } = this.store;
    const path = `mesh.${axis}`;
    const { label = axis, help = '' } = this.words.field(path) ?? {};
    return html`<div class="axis">
      <label for=${axis} title=${help}>${label}</label>
      <tinyai-number-box
        id=${axis}
        stepper
        .path=${path}
        .label=${label}
        .schema=${FIELDS.get(path)!.schema}
        .value=${editor.config(editor.selected).mesh[axis]}
        ?wrong=${editor.problemsAt(editor.selected, path).length > 0}
      ></tinyai-number-box>
    </div>`;
  }

  /** What is wrong with the mesh as a whole is told here, with the nearest that can be; other fields tell theirs. */
  private renderProblems() {
    const { editor } = this.store;
    const plan = this.isDrawn ? this.store.plan(this.view.written) : null;
    const paths = ['mesh', 'ranks.unequal', ...AXES.map((axis) => `mesh.${axis}`)];
    const problems = [...paths.flatMap((path) => editor.problemsAt(editor.selected, path)), ...(plan?.problems ?? [])];
    const messages = new Set([...this.refused.reasons, ...problems.map(({ message }) => this.words.message(message))]);
    return html`
      <div class="problems" aria-live="polite">${[...messages].map((message) => html`<p>${message}</p>`)}</div>
      ${plan?.nearest ? this.renderRemedy(plan.nearest) : nothing}
    `;
  }

  private renderRemedy({ mesh, micro_batches }: NearestMesh) {
    const take = (): void => this.store.editor.patch(meshPatch(mesh, micro_batches), this.holder);
    return html`<p class="remedy"><button type="button" class="primary" @click=${take}>${this.own.mesh.adopt(mesh, micro_batches)}</button></p>`;
  }

  /** Where the mesh of the run that is drawn is written: in the base, unless the run has one of its own or its tab is chosen. */
  private get holder(): number {
    const { editor } = this.store;
    const { written } = this.view;
    const patch = editor.spec.runs[written]?.patch;
    const own = ['mesh', 'training.micro_batches'].some((path) => get(patch, path) !== undefined);
    return editor.selected === BASE && !own ? BASE : written;
  }
}
