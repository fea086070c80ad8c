import type { PropertyValues } from 'lit';
import { query } from 'lit/decorators.js';
import type uPlot from 'uplot';
import { LabElement } from '../../workbench/lab-element';

/** The looks that all charts of the site share, as uPlot takes them. */
export interface ChartLooks {
  font: string;
  /** Pixels of a rem. */
  root: number;
  axis: Pick<uPlot.Axis, 'stroke' | 'font' | 'labelFont' | 'grid' | 'ticks'>;
}

/** A chart on a canvas: built anew when its language or theme changes, and as large as its `.plot`. */
export abstract class ChartElement<T extends EventTarget> extends LabElement<T> {
  @query('.plot') protected readonly plot!: HTMLElement;

  private chart: uPlot | undefined;
  /** What the chart was built for: it is built anew when this changes. */
  private builtFor = '';
  private readonly resized = new ResizeObserver(() => this.fit());
  private readonly rebuild = (): void => {
    this.builtFor = '';
    this.requestUpdate();
  };
  private readonly darkness = matchMedia('(prefers-color-scheme: dark)');

  /** What the options depend on. */
  protected abstract key(): string;
  protected abstract build(plot: HTMLElement): uPlot;
  protected abstract columns(): uPlot.AlignedData;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('themechange', this.rebuild);
    this.darkness.addEventListener('change', this.rebuild);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('themechange', this.rebuild);
    this.darkness.removeEventListener('change', this.rebuild);
    this.resized.disconnect();
    this.chart?.destroy();
    this.chart = undefined;
    this.builtFor = '';
  }

  protected override updated(_changed: PropertyValues): void {
    const wanted = this.key();
    if (this.builtFor !== wanted) {
      this.chart?.destroy();
      this.chart = this.build(this.plot);
      this.builtFor = wanted;
      this.resized.observe(this.plot);
      return;
    }
    this.chart?.setData(this.columns());
  }

  private fit(): void {
    const { width, height } = this.size();
    if (this.chart && (this.chart.width !== width || this.chart.height !== height)) this.chart.setSize({ width, height });
  }

  protected size(): { width: number; height: number } {
    return { width: Math.max(240, this.plot.clientWidth), height: Math.max(200, this.plot.clientHeight) };
  }

  /** A CSS colour as the canvas needs it: custom properties and light-dark() resolved. */
  protected resolved(colour: string): string {
    this.plot.style.color = colour;
    const found = getComputedStyle(this.plot).color;
    this.plot.style.color = '';
    return found;
  }

  protected looks(): ChartLooks {
    const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
    // Whole pixels: uPlot scales the first number in a font by the screen's density.
    const font = `${Math.round(root * 0.86)}px ${getComputedStyle(this).fontFamily}`;
    const grid = { stroke: this.resolved('var(--rule)'), width: 1 };
    const ticks = { stroke: this.resolved('var(--rule-strong)'), width: 1, size: 5 };
    return { root, font, axis: { stroke: this.resolved('var(--ink-2)'), font, labelFont: font, grid, ticks } };
  }
}
