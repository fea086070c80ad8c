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
    font-size: 0.93rem;
  }

  .readout b {
    margin-left: auto;
    font-weight: 600;
  }

  .value {
    margin-left: 0.3em;
  }

  .plot {
    height: var(--chart-height, 18rem);
    margin-top: 0.3rem;
    overflow: hidden;
  }

  .empty {
    position: absolute;
    top: 50%;
    left: 0;
    right: 0;
    color: var(--ink-2);
    font-family: var(--serif);
    font-size: 1.1rem;
    text-align: center;
    pointer-events: none;
    text-shadow: 0 0 4px var(--paper), 0 0 8px var(--paper), 0 0 12px var(--paper);
  }
`;
