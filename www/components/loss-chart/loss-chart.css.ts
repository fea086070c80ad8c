import { css } from 'lit';

export const styles = css`
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

  .values {
    margin-left: 0.4em;
  }

  .key {
    display: flex;
    gap: 0.5em;
    align-items: center;
    margin-left: auto;
    color: var(--ink-2);
    font-size: 0.84rem;
  }

  .key svg {
    stroke: var(--ink-2);
    fill: var(--paper);
    overflow: visible;
  }

  .key circle {
    stroke-width: 2;
  }

  .key svg + svg {
    margin-left: 0.6em;
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
