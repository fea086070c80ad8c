/** How kinds of time are told apart: each has a fill and, but for the plainest, a pattern on it. */
import { svg, type SVGTemplateResult } from 'lit';
import { styled } from '../../../kit/styled';
import type { SpanClass } from '../text/messages';

/** In the order of the key. */
export const CLASSES: SpanClass[] = ['forward', 'backward', 'weight', 'transfer', 'wait', 'update'];

const tile = (id: string, size: number, fill: string, marks: SVGTemplateResult): SVGTemplateResult => svg`
  <pattern id=${id} width=${size} height=${size} patternUnits="userSpaceOnUse">
    <rect width=${size} height=${size} ${styled({ fill: `var(${fill})` })} />${marks}
  </pattern>`;

/** Slanted strokes: backward; lying: weight gradients; dots: transfer. */
export const patterns = svg`<defs>
  ${tile('backward', 6, '--backward', svg`<path d="M-1 1 L1 -1 M0 6 L6 0 M5 7 L7 5" ${styled({ stroke: 'var(--backward-stroke)' })} stroke-width="1.1" />`)}
  ${tile('weight', 5, '--weight-gradients', svg`<path d="M0 2.5 H5" ${styled({ stroke: 'var(--weight-gradients-stroke)' })} stroke-width="1.2" />`)}
  ${tile('transfer', 4, '--transfer', svg`<circle cx="2" cy="2" r="1.15" ${styled({ fill: 'var(--transfer-stroke)' })} />`)}
</defs>`;

/** CSS fill of a kind. */
export const fill: Record<SpanClass, string> = {
  forward: 'var(--forward)',
  backward: 'url(#backward)',
  weight: 'url(#weight)',
  transfer: 'url(#transfer)',
  update: 'var(--update)',
  wait: 'none',
};

/** The colour that text on a kind is set off with. */
export const ground: Record<SpanClass, string> = {
  forward: 'var(--forward)',
  backward: 'var(--backward)',
  weight: 'var(--weight-gradients)',
  transfer: 'var(--transfer)',
  update: 'var(--update)',
  wait: 'var(--paper)',
};

/** The colour of text on a kind. */
export const onKind: Record<SpanClass, string> = {
  forward: 'var(--on-forward)',
  backward: 'var(--on-backward)',
  weight: 'var(--on-weight-gradients)',
  transfer: 'var(--on-transfer)',
  update: 'var(--on-update)',
  wait: 'var(--ink)',
};
