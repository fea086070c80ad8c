import { css, unsafeCSS } from 'lit';
import uPlotStyles from 'uplot/dist/uPlot.min.css?inline';

/** A chart of lines below what can be read of them, as the charts of losses are. */
export const lineChart = css`
  ${unsafeCSS(uPlotStyles)}

  .probe {
    position: absolute;
    width: 0;
    height: 0;
    visibility: hidden;
    background-color: var(--paper);
    color: var(--ink);
    transition: color 1ms, background-color 1ms;
  }

  figure,
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

  .plot {
    height: var(--chart-height, calc(24 * var(--unit)));
    margin-top: calc(0.3 * var(--unit));
    overflow: hidden;
  }

  /* In the middle of where the lines will be: beside the axis and its name. */
  .empty {
    position: absolute;
    top: 50%;
    left: calc(5 * var(--unit));
    right: var(--space-3);
    transform: translateY(-50%);
    color: var(--ink-2);
    font-family: var(--serif);
    font-size: calc(1.15 * var(--unit));
    text-align: center;
    text-wrap: balance;
    pointer-events: none;
    text-shadow: 0 0 4px var(--paper), 0 0 8px var(--paper), 0 0 12px var(--paper);
  }

  @media print {
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
