import { css } from 'lit';

/** A chart of lines below what can be read of them, as the charts of losses are. */
export const lineChart = css`
  figure {
    position: relative;
  }

  .readout {
    display: flex;
    flex-wrap: wrap;
    gap: 0.1rem 1.6rem;
    align-items: baseline;
    min-height: 1.6em;
    font-size: 0.9rem;
  }

  .plot {
    height: var(--chart-height, 24rem);
    margin-top: 0.3rem;
    overflow: hidden;
  }

  .empty {
    position: absolute;
    top: 55%;
    left: 0;
    right: 0;
    color: var(--ink-2);
    font-family: var(--serif);
    font-size: 1.15rem;
    text-align: center;
    pointer-events: none;
    text-shadow: 0 0 4px var(--paper), 0 0 8px var(--paper), 0 0 12px var(--paper);
  }
`;
