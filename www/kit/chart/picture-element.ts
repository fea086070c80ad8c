import type { PropertyValues } from 'lit';
import { query, state } from 'lit/decorators.js';
import { KitElement } from '../kit-element';
import { inTheme, resolved } from './colours';
import { widest } from './labels';
import type { Painter } from './painter';
import { SvgPainter } from './svg';

/** What a picture is painted on. All in CSS pixels. */
export interface Sheet {
  readonly width: number;
  readonly height: number;
  /** Of its text. */
  readonly size: number;
  /** A CSS colour as the painter takes it. */
  resolve(colour: string): string;
  widthOf(text: string): number;
}

/** No text is smaller, in CSS pixels. */
const LEAST_TEXT = 14;

/** A picture of few parts, painted as elements of its `.plot`, as large as that, and as a file. */
export abstract class PictureElement extends KitElement {
  @query('.plot') protected readonly plot!: HTMLElement;
  /** Of the plot; 0 until it is laid out. */
  @state() private wide = 0;
  @state() private high = 0;
  private readonly resized = new ResizeObserver(() => this.fit());

  /** Called with the picture's place and text, once it is laid out. */
  protected abstract paint(painter: Painter, sheet: Sheet): void;
  /** What the picture is called where it is read aloud or saved. */
  abstract label: string;
  /** What it shows, in words. */
  protected abstract summary(): string;
  /** Of the picture at a width, where that does not follow from its place. */
  protected heightFor(_width: number, _size: number): number | null {
    return null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.resized.observe(this.plot);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    this.resized.observe(this.plot);
  }

  /** Null before it is laid out, and once it is taken out: it has no text size then. */
  protected get sheet(): Sheet | null {
    if (this.wide === 0 || !this.isConnected) return null;
    const { fontSize, fontFamily } = getComputedStyle(this.plot);
    const size = Math.max(LEAST_TEXT, Math.round(parseFloat(fontSize)));
    const height = this.heightFor(this.wide, size) ?? Math.max(200, this.high);
    return { width: this.wide, height, size, resolve: (colour) => colour, widthOf: (text) => widest([text], `600 ${size}px ${fontFamily}`) };
  }

  /** The picture as a file, in light colours; null: nothing is laid out yet. */
  svg(): string | null {
    const { sheet } = this;
    if (!sheet) return null;
    return inTheme(this, 'light', () => {
      const painter = new SvgPainter();
      this.paint(painter, { ...sheet, resolve: (colour) => resolved(this.plot, colour) });
      return painter.file(sheet.width, sheet.height, this.label, this.summary());
    });
  }

  private fit(): void {
    const { clientWidth, clientHeight } = this.plot;
    if (clientWidth === 0) return;
    [this.wide, this.high] = [Math.max(240, clientWidth), clientHeight];
  }
}
