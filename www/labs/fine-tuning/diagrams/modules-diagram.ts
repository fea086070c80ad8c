import { html, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { LoraSpec } from '../../../types/generated/LoraSpec';
import type { TargetModule } from '../../../types/generated/TargetModule';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../../shell/elements/lab-element';
import { diagram } from '../../../shell/lesson/diagram.css';
import { SHAPES } from '../lessons/base';

/** Units of a number of a projection's width or height, and of a rank: pairs are drawn thicker than they are, all alike. */
const [SCALE, THICK] = [0.1, 0.42];
const MODULES = Object.keys(SHAPES) as TargetModule[];
const ROW = 84;
const MOST_ROWS = 4;

const TEXT = {
  en: {
    label: 'The seven projections of a layer, true to scale, for each run. Red: the pairs beside them that learn, drawn thicker than they are. About as much of it in each row.',
  },
  zh: {
    label: '每次运行中一层的七个投影层，按比例绘制。红色是旁边参与学习的矩阵对，画得比实际粗。各行红色的总量大致相同。',
  },
} as const;

/** The projections of a transformer layer in each run; those with a low-rank pair carry it along two edges, as wide as the rank. */
@customElement('tinyai-modules-diagram')
export class ModulesDiagram extends LabElement {
  static override styles = [shared, diagram];

  override render() {
    const { editor } = this.store;
    const { label } = TEXT[this.words.language];
    const runs = editor.spec.runs.flatMap(({ name }, run) => {
      const { method, lora } = editor.config(run).fine_tuning;
      return method === 'lora' ? [{ name, lora }] : [];
    });
    return html`
      <svg viewBox="0 0 400 ${Math.min(runs.length, MOST_ROWS) * ROW + 22}" role="img" aria-label=${label}>
        ${runs.slice(0, MOST_ROWS).map(({ name, lora }, row) => this.renderRun(name, lora, row))}
        ${MODULES.map((module, i) => svg`<text class="note" x=${LEFTS[i]! + (SHAPES[module].in * SCALE) / 2} y=${Math.min(runs.length, MOST_ROWS) * ROW + 18}>${SHORT[module]}</text>`)}
      </svg>
      <p>${label}</p>
    `;
  }

  private renderRun(name: string, { rank, target_modules: targets }: LoraSpec, row: number) {
    const bottom = (row + 1) * ROW - 2;
    const thin = Math.max(1.5, rank * THICK);
    return svg`
      <text class="start" x="4" y=${bottom - 50}>${name}</text>
      ${MODULES.map((module, i) => {
        const [x, width, height] = [LEFTS[i]!, SHAPES[module].in * SCALE, SHAPES[module].out * SCALE];
        const learns = targets.includes(module);
        return svg`<rect class="frozen" x=${x} y=${bottom - height} width=${width} height=${height} />
          ${
            learns
              ? svg`<rect class="learns moves" x=${x - 1 - thin} y=${bottom - height} width=${thin} height=${height} /><rect class="learns moves" x=${x} y=${bottom - height - 1 - thin} width=${width} height=${thin} />`
              : ''
          }`;
      })}`;
  }
}

/** Names short enough to stand under a projection. */
const SHORT: Record<TargetModule, string> = { q_proj: 'q', k_proj: 'k', v_proj: 'v', o_proj: 'o', gate_proj: 'gate', up_proj: 'up', down_proj: 'down' };

/** Left edges of the projections, with room for the thickest pair. */
const LEFTS = [118, 156, 192, 230, 274, 314, 344];

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-modules-diagram': ModulesDiagram;
  }
}
