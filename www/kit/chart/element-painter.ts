/** Draws as elements of a page's SVG, for pictures of few parts: colours follow the theme, and paper, by themselves. */
import { nothing, svg, type TemplateResult } from 'lit';
import type { Lettering, Painter, Stroke } from './painter';

const pairs = (points: readonly number[]): string => points.map((value) => Math.round(value * 100) / 100).join(' ');

export class ElementPainter implements Painter {
  readonly parts: TemplateResult[] = [];

  line(points: readonly number[], { colour, width, dash = [], alpha = 1, round = false }: Stroke): void {
    this.parts.push(svg`<polyline points=${pairs(points)} fill="none" stroke=${colour} stroke-width=${width} stroke-linejoin="round" stroke-linecap=${round ? 'round' : 'butt'} stroke-dasharray=${dash.length > 0 ? dash.join(' ') : nothing} stroke-opacity=${alpha} />`);
  }

  area(points: readonly number[], fill: string, alpha = 1, edge?: Stroke): void {
    this.parts.push(svg`<polygon points=${pairs(points)} fill=${fill} fill-opacity=${alpha} stroke=${edge?.colour ?? 'none'} stroke-width=${edge?.width ?? 0} stroke-linejoin="round" />`);
  }

  circle(x: number, y: number, radius: number, fill: string, edge?: Stroke): void {
    this.parts.push(svg`<circle cx=${x} cy=${y} r=${radius} fill=${fill} stroke=${edge?.colour ?? 'none'} stroke-width=${edge?.width ?? 0} />`);
  }

  text(x: number, y: number, text: string, { colour, size, bold = false, anchor = 'start', halo, upwards = false }: Lettering): void {
    this.parts.push(svg`<text
      x=${x} y=${y} dominant-baseline="central" text-anchor=${anchor} font-size=${size} font-weight=${bold ? 600 : 400} fill=${colour}
      stroke=${halo ?? 'none'} stroke-width=${halo ? 4 : 0} stroke-linejoin="round" paint-order="stroke"
      transform=${upwards ? `rotate(-90 ${x} ${y})` : nothing}
    >${text}</text>`);
  }
}
