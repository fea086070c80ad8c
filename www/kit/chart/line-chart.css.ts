import { css, unsafeCSS } from 'lit';
import uPlotStyles from 'uplot/dist/uPlot.min.css?inline';

/** A chart of lines below what can be read of them. */
export const lineChart = css`
  ${unsafeCSS(uPlotStyles)}

  .probe {
    position: absolute;
    width: 0;
    height: 0;
    visibility: hidden;
    background-color: var(--paper);
    border-color: var(--rule);
    color: var(--ink);
    font-size: var(--size-small);
    transition: color 1ms, background-color 1ms, border-color 1ms, font-size 1ms;
  }

  .chart {
    position: relative;
  }

  .readout {
    display: flex;
    flex-wrap: wrap;
    gap: calc(0.1 * var(--unit)) calc(1.6 * var(--unit));
    align-items: baseline;
    min-height: 1.6em;
    font-size: var(--size-note);
  }

  /* As wide as most places, so that what follows stays where it is while the pointer moves. */
  .place {
    min-width: 6.5em;
    color: var(--ink-2);
  }

  .readout .values {
    margin-left: 0.4em;
  }

  .readout data {
    white-space: nowrap;
  }

  .readout b {
    margin-left: auto;
    font-weight: 600;
  }

  .place:empty {
    display: none;
  }

  .key {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1em;
    margin-left: auto;
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .key > span {
    display: inline-flex;
    gap: 0.5em;
    align-items: center;
  }

  .key svg {
    stroke: var(--ink-2);
    fill: var(--paper);
    overflow: visible;
  }

  .key circle {
    stroke-width: 2;
  }

  .plot {
    font-size: var(--size-small);
    position: relative;
    height: var(--chart-height, calc(24 * var(--unit)));
    margin-top: calc(0.3 * var(--unit));
    overflow: hidden;
    touch-action: pan-y;
  }

  .plot[data-drawing] {
    cursor: crosshair;
    touch-action: none;
  }

  .layer {
    position: absolute;
    inset: 0;
    z-index: 2;
    pointer-events: none;
  }

  .layer > * {
    position: absolute;
    top: 0;
    left: 0;
    will-change: transform;
  }

  .line {
    bottom: calc(3.6 * var(--unit));
    width: 1px;
    margin-left: -0.5px;
    background: var(--ink-2);
    opacity: 0.7;
  }

  .tag {
    margin: 0 6px;
    padding: 0 0.35em;
    border-radius: 2px;
    background: var(--paper);
    color: var(--ink);
    font-size: var(--size-small);
    white-space: nowrap;
  }

  .ring {
    width: 12px;
    height: 12px;
    margin: -6px 0 0 -6px;
    border: 2px solid var(--paper);
    border-radius: 50%;
    background: var(--curve);
  }

  .handle {
    position: absolute;
    width: 15px;
    height: 15px;
    margin: -7.5px 0 0 -7.5px;
    border: 2.5px solid var(--curve);
    border-radius: 50%;
    background: var(--paper);
    box-shadow: 0 0 0 2px var(--paper);
    pointer-events: none;
    z-index: 3;
  }

  .keys {
    left: calc(5 * var(--unit));
    bottom: calc(4.6 * var(--unit));
  }

  .empty {
    text-shadow: 0 0 4px var(--paper), 0 0 8px var(--paper), 0 0 12px var(--paper);
  }

  details.table {
    margin-top: var(--space-1);
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  details.table summary {
    width: fit-content;
    cursor: pointer;
  }

  @media print {
    .handle,
    .layer {
      display: none;
    }

    .plot {
      height: auto;
      overflow: visible;
    }

    .plot .uplot,
    .plot .u-wrap {
      width: 100% !important;
      height: auto !important;
    }

    .plot canvas {
      position: static;
      width: 100% !important;
      height: auto !important;
    }

    .plot .u-over,
    .plot .u-under {
      display: none;
    }
  }
`;
