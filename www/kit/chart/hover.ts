/**
 * What follows the pointer over a chart: a line at the nearest point, a ring on every curve, and the values there. It writes into nodes
 * that are there already, at most once a frame: moving the pointer renders no element and draws no canvas.
 */
import { closest, endOf, lastIndex, readOut, type ChartCurve } from './curves';
import { fromX, toX, toY, type Frame } from './outline';
import { readout } from './values';
import { path } from './walk';

/** What a chart shows now, and the nodes to write into. */
export interface Hovered {
  readonly curves: readonly ChartCurve[];
  /** Those whose points the line goes to. */
  readonly stops: readonly ChartCurve[];
  /** In CSS pixels of the plot. */
  readonly frame: Frame;
  sayX(x: number): string;
  formatY(y: number): string;
  /** Said where no place is pointed at. */
  readonly last: string;
  readonly plot: HTMLElement;
  /** Holds the line, which has a tag, and the rings. */
  readonly layer: HTMLElement;
  /** The place, and the values of all curves, series by series. */
  readonly place: HTMLElement;
  readonly values: ArrayLike<HTMLDataElement>;
}

export class Hover {
  private pointer: number | null = null;
  private chosen: number | null = null;
  private frame = 0;

  constructor(private readonly shown: () => Hovered | null) {}

  /** The pointer is there, in pixels of the window; null: it has left. */
  move(left: number | null): void {
    this.pointer = left;
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.write();
    });
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    [this.frame, this.pointer] = [0, null];
  }

  /** Writes what there is at the pointer; without one, at a place that was chosen, or else at the ends. */
  write(chosen: number | null = this.chosen): void {
    this.chosen = chosen;
    const shown = this.shown();
    if (!shown) return;
    const { curves, values, place, layer, frame, formatY, sayX } = shown;
    const x = this.pointed(shown) ?? chosen;
    let number = 0;
    for (const curve of curves) {
      const series = readOut(curve);
      for (const [i, value] of readout(curve, x).entries()) {
        const { rest, quantity } = series[i]!;
        if (x === null && rest !== undefined) told(values[number++], null, formatY, undefined, rest);
        else told(values[number++], value, formatY, x === null ? quantity : undefined);
      }
    }
    const rests = curves.some((curve) => readOut(curve).some(({ rest }) => rest !== undefined));
    written(place, x !== null ? sayX(x) : rests ? '' : shown.last);
    layer.hidden = x === null;
    if (x === null) return;
    const left = toX(frame, x);
    const [line, tag, ...rings] = layer.children as unknown as [HTMLElement, HTMLElement, ...HTMLElement[]];
    line.style.transform = `translateX(${left}px)`;
    written(tag, sayX(x));
    // The tag stays within the picture.
    tag.style.transform = `translateX(${left}px) translateX(${left < frame.left + frame.width / 2 ? '0' : '-100%'})`;
    curves.forEach((curve, i) => {
      const series = readOut(curve)[0];
      const at = series ? lastIndex(series, x) : -1;
      const measured = at >= 0 && x <= (endOf(curve) ?? -Infinity);
      rings[i]!.hidden = !measured;
      // Where it was measured, which is before the line for what is measured at other times.
      if (measured) rings[i]!.style.transform = `translate(${toX(frame, series!.x[at]!)}px, ${toY(frame, series!.y[at]!)}px)`;
    });
  }

  /** The x of the point that is nearest to the pointer across, of any curve. */
  private pointed({ plot, frame, stops }: Hovered): number | null {
    if (this.pointer === null) return null;
    const wanted = fromX(frame, this.pointer - plot.getBoundingClientRect().left);
    let found: number | null = null;
    for (const curve of stops) {
      const along = path(curve);
      if (!along) continue;
      const x = along.x[closest(along.x, wanted, along.lead)]!;
      if (found === null || Math.abs(x - wanted) < Math.abs(found - wanted)) found = x;
    }
    return found;
  }
}

function written(node: HTMLElement | undefined, text: string): void {
  if (node && node.textContent !== text) node.textContent = text;
}

/** Writes a number, and which quantity it is. */
function told(node: HTMLDataElement | undefined, value: number | null, formatY: (y: number) => string, quantity: string | undefined, none = '–'): void {
  if (!node) return;
  written(node, value === null ? none : formatY(value));
  if (value === null || quantity === undefined) {
    node.removeAttribute('data-quantity');
    node.removeAttribute('value');
  } else {
    node.value = String(value);
    node.dataset['quantity'] = quantity;
  }
}
