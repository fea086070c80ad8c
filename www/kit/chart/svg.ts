/** A picture as a file: vectors, with letters of whatever fonts the reader has. */
import type { Lettering, Painter, Stroke } from './painter';

const round = (value: number): string => String(Math.round(value * 100) / 100);
const pairs = (points: readonly number[]): string => points.map(round).join(' ');

/** Text as XML takes it: what XML has no way to write is left out. */
export const escaped = (text: string): string =>
  text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export class SvgPainter implements Painter {
  private readonly parts: string[] = [];

  line(points: readonly number[], stroke: Stroke): void {
    this.parts.push(`<polyline points="${pairs(points)}" fill="none" ${edged(stroke)}/>`);
  }

  area(points: readonly number[], fill: string, alpha = 1, edge?: Stroke): void {
    this.parts.push(`<polygon points="${pairs(points)}" fill="${escaped(fill)}"${alpha === 1 ? '' : ` fill-opacity="${alpha}"`} ${edge ? edged(edge) : ''}/>`);
  }

  circle(x: number, y: number, radius: number, fill: string, edge?: Stroke): void {
    this.parts.push(`<circle cx="${round(x)}" cy="${round(y)}" r="${radius}" fill="${escaped(fill)}" ${edge ? edged(edge) : ''}/>`);
  }

  text(x: number, y: number, text: string, { colour, size, bold, anchor = 'start', halo, upwards }: Lettering): void {
    const looks = [
      `x="${round(x)}" y="${round(y)}" dominant-baseline="central" font-size="${round(size)}" fill="${escaped(colour)}"`,
      ...(anchor === 'start' ? [] : [`text-anchor="${anchor}"`]),
      ...(bold ? ['font-weight="600"'] : []),
      ...(halo ? [`stroke="${escaped(halo)}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`] : []),
      ...(upwards ? [`transform="rotate(-90 ${round(x)} ${round(y)})"`] : []),
    ];
    this.parts.push(`<text ${looks.join(' ')}>${escaped(text)}</text>`);
  }

  /** The file; `title` and `description` are what is read of it aloud. */
  file(width: number, height: number, title: string, description: string): string {
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" role="img" font-family="sans-serif">`,
      `<title>${escaped(title)}</title>`,
      `<desc>${escaped(description)}</desc>`,
      `<rect width="100%" height="100%" fill="#fff"/>`,
      ...this.parts,
      '</svg>\n',
    ].join('\n');
  }
}

function edged({ colour, width, dash = [], alpha = 1, round: ends }: Stroke): string {
  const looks = [`stroke="${escaped(colour)}" stroke-width="${width}" stroke-linejoin="round"`];
  if (dash.length > 0) looks.push(`stroke-dasharray="${dash.join(' ')}"`);
  if (alpha !== 1) looks.push(`stroke-opacity="${alpha}"`);
  if (ends) looks.push('stroke-linecap="round"');
  return looks.join(' ');
}
