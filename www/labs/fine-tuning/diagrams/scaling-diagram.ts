import { html, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../../shell/elements/lab-element';
import { diagram } from '../../../shell/lesson/diagram.css';
import { firstStep } from '../lessons/base';

/** Ranks along the axis, and its corners. */
const RANKS = [1, 2, 4, 8, 16, 32, 64, 128] as const;
const [LEFT, RIGHT, TOP, BOTTOM] = [40, 330, 24, 200];

const TEXT = {
  en: {
    rank: 'rank',
    label: (alpha: string) => `How far a number of W moves in the first step, by the rank, with α = ${alpha}. Divided by r, the step shrinks as the rank grows; divided by √r, it stays.`,
  },
  zh: { rank: '秩', label: (alpha: string) => `α = ${alpha} 时，第一步 W 中的一个数移动多远，随秩而变。除以 r，秩越高，步子越小；除以 √r，步子不变。` },
} as const;

const x = (rank: number): number => LEFT + ((RIGHT - LEFT) * Math.log2(Math.min(rank, 128))) / 7;

/** The first step by the rank, with both ways of scaling, and where the runs are. */
@customElement('tinyai-scaling-diagram')
export class ScalingDiagram extends LabElement {
  static override styles = [shared, diagram];

  override render() {
    const { editor } = this.store;
    const text = TEXT[this.words.language];
    const { alpha } = editor.config(editor.selected).fine_tuning.lora;
    const runs = editor.spec.runs.flatMap((_, run) => {
      const { method, lora } = editor.config(run).fine_tuning;
      return method === 'lora' ? [lora] : [];
    });
    const most = Math.max(firstStep({ rank: 1, alpha, scaling: 'standard' }), ...runs.map(firstStep));
    const y = (step: number): number => BOTTOM - ((BOTTOM - TOP) * step) / most;
    const line = (scaling: 'standard' | 'rank_stabilised'): string => RANKS.map((rank, i) => `${i ? 'L' : 'M'} ${x(rank)} ${y(firstStep({ rank, alpha, scaling }))}`).join(' ');
    const end = (scaling: 'standard' | 'rank_stabilised'): number => y(firstStep({ rank: 128, alpha, scaling })) + 6;
    const said = text.label(this.format.plain(alpha));
    return html`
      <svg viewBox="0 0 400 250" role="img" aria-label=${said}>
        <path class="wire" d="M ${LEFT - 12} ${TOP - 12} V ${BOTTOM} H ${RIGHT + 12}" />
        <path class="wire" d=${line('standard')} /><path class="wire" stroke-dasharray="6 4" d=${line('rank_stabilised')} />
        <text class="start sign" x=${RIGHT + 10} y=${end('standard') - 8}>α/r</text><text class="start sign" x=${RIGHT + 10} y=${end('rank_stabilised')}>α/√r</text>
        ${runs.map((lora) => svg`<circle class="learns" cx=${x(lora.rank)} cy=${y(firstStep(lora))} r="7" />`)}
        ${[1, 4, 16, 64].map((rank) => svg`<text class="note" x=${x(rank)} y=${BOTTOM + 20}>${rank}</text>`)}
        <text class="note" x=${(LEFT + RIGHT) / 2} y=${BOTTOM + 42}>${text.rank}</text>
      </svg>
      <p>${said}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-scaling-diagram': ScalingDiagram;
  }
}
