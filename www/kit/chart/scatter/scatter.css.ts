import { css } from 'lit';

/** A chart of points below what can be read of them. */
export const scatter = css`
  .chart {
    position: relative;
  }

  .readout {
    display: flex;
    flex-wrap: wrap;
    gap: calc(0.1 * var(--unit)) calc(1.2 * var(--unit));
    align-items: baseline;
    min-height: 1.6em;
    font-size: var(--size-note);
  }

  .readout data {
    white-space: nowrap;
  }

  .readout svg {
    vertical-align: -0.1em;
  }

  .name {
    font-weight: 600;
  }

  .quiet,
  .key {
    color: var(--ink-2);
  }

  .key {
    display: inline-flex;
    gap: 0.5em;
    align-items: center;
    margin-left: auto;
    font-size: var(--size-small);
  }

  .key line {
    stroke: var(--ink-2);
  }

  .plot {
    position: relative;
    height: var(--chart-height, calc(26 * var(--unit)));
    font-size: var(--size-small);
    touch-action: pan-y;
  }

  .plot > svg {
    display: block;
    width: 100%;
    height: 100%;
    font-family: var(--sans);
    overflow: visible;
  }

  .cross {
    stroke: var(--ink-2);
    stroke-width: 1;
    opacity: 0.6;
  }

  .handle {
    position: absolute;
    z-index: 3;
    width: 22px;
    height: 22px;
    margin: -11px 0 0 -11px;
    border: 2px solid var(--point);
    border-radius: 50%;
    pointer-events: none;
  }

  .keys {
    top: calc(0.9 * var(--unit));
    right: calc(1.2 * var(--unit));
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
    .handle {
      display: none;
    }

    .plot {
      height: auto;
    }

    .plot > svg {
      height: auto;
    }
  }
`;
