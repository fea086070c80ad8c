/** Small pictures of the labs' figures, drawn from results that were measured with the labs' first experiments. */
import { html, svg, type TemplateResult } from 'lit';
import { styled } from '../../kit/styled';

const WIDTH = 240;
const HEIGHT = 84;

const framed = (content: unknown): TemplateResult => html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">${content}</svg>`;
const filled = (colour: string) => styled({ fill: `var(--${colour})` });

/** MiB at the peak, full fine-tuning above LoRA of rank 4: parameters, gradients, optimizer, activations. */
const MEMORY = [
  [8.84, 8.83, 17.67, 16.49],
  [9.05, 0.21, 0.41, 16.41],
];
const KINDS = ['memory-parameters', 'memory-gradients', 'memory-optimizer', 'memory-activations'];

function memory(): TemplateResult {
  const scale = WIDTH / 52;
  return framed(
    MEMORY.map((parts, row) => {
      let x = 0;
      return parts.map((size, i) => {
        const left = x;
        x += size * scale;
        return svg`<rect x=${left} y=${10 + row * 38} width=${Math.max(0, size * scale - 1)} height="26" ${filled(KINDS[i]!)} />`;
      });
    }),
  );
}

/** 1F1B on two stages with four micro-batches: when each forward (1) and backward (2) begins, in forwards. */
const STAGES: readonly (readonly [kind: 'forward' | 'backward', start: number, length: number])[][] = [
  [['forward', 0, 1], ['forward', 1, 1], ['backward', 4, 2], ['forward', 6, 1], ['backward', 7, 2], ['forward', 9, 1], ['backward', 10, 2], ['backward', 13, 2]],
  [['forward', 1, 1], ['backward', 2, 2], ['forward', 4, 1], ['backward', 5, 2], ['forward', 7, 1], ['backward', 8, 2], ['forward', 10, 1], ['backward', 11, 2]],
];

function timeline(): TemplateResult {
  const scale = WIDTH / 15;
  return framed(
    STAGES.map((spans, row) =>
      spans.map(([kind, start, length]) => svg`<rect x=${start * scale} y=${10 + row * 38} width=${length * scale - 1.5} height="26" ${filled(kind)} />`),
    ),
  );
}

/** Validation losses of a model with two layers that learns Tang poems, each 20 steps; and those of token frequencies and of pairs of tokens. */
const LOSSES = [8.26, 6.5, 6.32, 6.24, 6.19, 6.09, 6.04, 6.02, 5.98, 5.95, 5.95, 5.93, 5.93];
const BESIDE = [6.35, 5.2];

function curve(): TemplateResult {
  const x = (i: number): number => 4 + (i / (LOSSES.length - 1)) * (WIDTH - 8);
  const y = (loss: number): number => 8 + ((8.26 - loss) / (8.26 - 5)) * (HEIGHT - 14);
  return framed(svg`
    ${BESIDE.map((loss) => svg`<line class="beside" x1="0" x2=${WIDTH} y1=${y(loss)} y2=${y(loss)} />`)}
    <polyline class="line" points=${LOSSES.map((loss, i) => `${x(i)},${y(loss)}`).join(' ')} />
  `);
}

/** By the labs' ids. */
export const THUMBNAILS: Readonly<Record<string, () => TemplateResult>> = { 'fine-tuning': memory, parallel: timeline, 'from-scratch': curve };
