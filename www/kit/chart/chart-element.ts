import type { PropertyValues } from 'lit';
import { query } from 'lit/decorators.js';
import type uPlot from 'uplot';
import { KitElement } from '../kit-element';
import { inTheme, resolved } from './colours';

/** The looks of a chart's axes, as uPlot takes them. */
export interface ChartLooks {
  /** Of its text, in CSS pixels. */
  size: number;
  family: string;
  axis: Pick<uPlot.Axis, 'stroke' | 'font' | 'labelFont' | 'grid' | 'ticks'>;
}

/** Width of a chart on paper, in CSS pixels: that of a page's text. */
const PAPER_WIDTH = 680;
/** No text is smaller, in CSS pixels. */
const LEAST_TEXT = 14;

/**
 * A chart on a canvas, in its `.plot`. It is as large as that; is built anew when what it depends on, or its colours, change; is drawn
 * dark on white for paper; and lives while it is in a document.
 */
export abstract class ChartElement extends KitElement {
  @query('.plot') protected readonly plot!: HTMLElement;

  protected chart: uPlot | undefined;
  /** What the chart was built for. */
  private builtFor = '';
  /** Takes on the chart's colours by a transition, whose end tells that they have changed, for whatever reason. */
  private probe: HTMLElement | undefined;
  private printing = false;
  /** Pixels that it was last high on the screen. */
  private screenHeight = 320;
  /** The theme that the chart has on the screen. */
  private onScreen: 'light' | 'dark' | undefined;
  private readonly resized = new ResizeObserver(() => this.fit());
  private readonly paper = matchMedia('print');
  private readonly recoloured = (): void => void (this.chart && this.draw());
  private readonly toPaper = (): void => this.print(true);
  private readonly toScreen = (): void => this.print(false);
  private readonly medium = (): void => this.print(this.paper.matches);

  /** What the options depend on. */
  protected abstract key(): string;
  protected abstract build(plot: HTMLElement): uPlot;
  protected abstract columns(): uPlot.AlignedData;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('beforeprint', this.toPaper);
    window.addEventListener('afterprint', this.toScreen);
    this.paper.addEventListener('change', this.medium);
    // Lit renders what is put back only when it changes.
    if (this.hasUpdated) this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('beforeprint', this.toPaper);
    window.removeEventListener('afterprint', this.toScreen);
    this.paper.removeEventListener('change', this.medium);
    this.resized.disconnect();
    this.chart?.destroy();
    this.chart = undefined;
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    this.probe = document.createElement('span');
    this.probe.className = 'probe';
    this.probe.addEventListener('transitionend', this.recoloured);
    this.renderRoot.append(this.probe);
  }

  protected override updated(changed: PropertyValues): void {
    if (!this.isConnected) return;
    // Before it is laid out it has neither a size nor colours.
    if (!this.chart) this.resized.observe(this.plot);
    else if (this.builtFor !== this.key()) this.draw();
    else if (this.redraws(changed)) this.chart.setData(this.columns());
  }

  /** Whether what has changed is drawn on the canvas. */
  protected redraws(_changed: PropertyValues): boolean {
    return true;
  }

  private draw(): void {
    this.chart?.destroy();
    this.chart = this.build(this.plot);
    this.builtFor = this.key();
  }

  private print(printing: boolean): void {
    if (printing === this.printing) return;
    if (printing) this.onScreen = this.theme;
    this.printing = printing;
    // The styles of paper are not there yet when a page is told that it will be printed.
    if (printing) this.setAttribute('theme', 'light');
    else if (this.onScreen === undefined) this.removeAttribute('theme');
    else this.setAttribute('theme', this.onScreen);
    if (this.chart) this.draw();
  }

  /** Does something in colours that are not shown. */
  protected inTheme<T>(theme: 'light' | 'dark', act: () => T): T {
    return inTheme(this, theme, act);
  }

  private fit(): void {
    if (this.plot.clientWidth === 0) return;
    if (!this.chart) return this.draw();
    const { width, height } = this.size();
    if (this.chart.width !== width || this.chart.height !== height) this.chart.setSize({ width, height });
  }

  protected size(): { width: number; height: number } {
    // On paper its place follows its canvas, so that it keeps the height that it has on the screen.
    if (this.printing) return { width: PAPER_WIDTH, height: this.screenHeight };
    const { clientWidth, clientHeight } = this.plot;
    this.screenHeight = Math.max(200, clientHeight);
    return { width: Math.max(240, clientWidth), height: this.screenHeight };
  }

  /** A CSS colour as the canvas needs it: custom properties resolved. */
  protected resolved(colour: string): string {
    return resolved(this.plot, colour);
  }

  protected looks(): ChartLooks {
    const { fontSize, fontFamily: family } = getComputedStyle(this.plot);
    // Whole pixels: uPlot scales the first number in a font by the screen's density.
    const size = Math.max(LEAST_TEXT, Math.round(parseFloat(fontSize)));
    const font = `${size}px ${family}`;
    const grid = { stroke: this.resolved('var(--rule)'), width: 1 };
    const ticks = { stroke: this.resolved('var(--rule-strong)'), width: 1, size: 5 };
    return { size, family, axis: { stroke: this.resolved('var(--ink-2)'), font, labelFont: font, grid, ticks } };
  }
}
