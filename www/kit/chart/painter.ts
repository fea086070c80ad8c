/** Something to draw on: the canvas of a chart, or the file that it is saved as. All in CSS pixels. */

export interface Stroke {
  readonly colour: string;
  readonly width: number;
  readonly dash?: readonly number[];
  /** Opacity. */
  readonly alpha?: number;
  /** Whether dashes have round ends, as those of a pencil. */
  readonly round?: boolean;
}

export interface Lettering {
  readonly colour: string;
  readonly size: number;
  readonly bold?: boolean;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Colour around the letters that keeps them apart from what lies below. */
  readonly halo?: string;
  /** Whether it reads upwards. */
  readonly upwards?: boolean;
}

/** Lines and areas are given as x, y, x, y, … */
export interface Painter {
  line(points: readonly number[], stroke: Stroke): void;
  /** A closed area, with an edge where it has a stroke. */
  area(points: readonly number[], fill: string, alpha?: number, edge?: Stroke): void;
  circle(x: number, y: number, radius: number, fill: string, edge?: Stroke): void;
  /** Text whose middle is at the height `y`. */
  text(x: number, y: number, text: string, lettering: Lettering): void;
}

/** Draws on a canvas whose pixels are `scale` to a CSS pixel; until {@link done}. */
export class CanvasPainter implements Painter {
  constructor(
    private readonly ctx: CanvasRenderingContext2D,
    scale: number,
    private readonly family: string,
  ) {
    ctx.save();
    ctx.scale(scale, scale);
    ctx.lineJoin = 'round';
    ctx.textBaseline = 'middle';
  }

  done(): void {
    this.ctx.restore();
  }

  line(points: readonly number[], stroke: Stroke): void {
    this.trace(points);
    this.stroke(stroke);
  }

  area(points: readonly number[], fill: string, alpha = 1, edge?: Stroke): void {
    this.trace(points);
    this.ctx.closePath();
    this.fill(fill, alpha);
    if (edge) this.stroke(edge);
  }

  circle(x: number, y: number, radius: number, fill: string, edge?: Stroke): void {
    this.ctx.beginPath();
    this.ctx.arc(x, y, radius, 0, 2 * Math.PI);
    this.fill(fill, 1);
    if (edge) this.stroke(edge);
  }

  text(x: number, y: number, text: string, { colour, size, bold, anchor = 'start', halo }: Lettering): void {
    const { ctx } = this;
    ctx.font = `${bold ? '600 ' : ''}${size}px ${this.family}`;
    ctx.textAlign = anchor === 'middle' ? 'center' : anchor;
    if (halo) {
      ctx.setLineDash([]);
      ctx.lineWidth = 4;
      ctx.strokeStyle = halo;
      ctx.strokeText(text, x, y);
    }
    ctx.fillStyle = colour;
    ctx.fillText(text, x, y);
  }

  private trace(points: readonly number[]): void {
    this.ctx.beginPath();
    for (let i = 0; i < points.length; i += 2) this.ctx.lineTo(points[i]!, points[i + 1]!);
  }

  private fill(colour: string, alpha: number): void {
    this.ctx.globalAlpha = alpha;
    this.ctx.fillStyle = colour;
    this.ctx.fill();
    this.ctx.globalAlpha = 1;
  }

  private stroke({ colour, width, dash = [], alpha = 1, round = false }: Stroke): void {
    const { ctx } = this;
    ctx.globalAlpha = alpha;
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.lineCap = round ? 'round' : 'butt';
    ctx.setLineDash([...dash]);
    ctx.stroke();
    ctx.globalAlpha = 1;
  }
}
