import { css } from 'lit';

export const styles = css`
  .values {
    margin-left: 0.4em;
  }

  .key {
    display: flex;
    gap: 0.5em;
    align-items: center;
    margin-left: auto;
    color: var(--ink-2);
    font-size: var(--size-small);
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
    touch-action: pan-y;
  }

  .handle {
    position: absolute;
    width: 15px;
    height: 15px;
    margin: -7.5px 0 0 -7.5px;
    border: 2.5px solid var(--run);
    border-radius: 50%;
    background: var(--paper);
    box-shadow: 0 0 0 2px var(--paper);
    pointer-events: none;
  }

  .handle:not([data-chosen]) {
    opacity: 0;
  }

  .handle:focus-visible {
    outline-offset: 3px;
    border-radius: 50%;
  }

  .point {
    display: flex;
    flex-wrap: wrap;
    gap: 0.3rem 1em;
    align-items: center;
    min-height: 2.4rem;
    padding-top: 0.5rem;
  }

  .hint,
  .point #keys {
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  /* Whoever points with a finger has no keys. */
  @media (hover: none) {
    .point #keys {
      display: none;
    }
  }

  .point button:disabled {
    opacity: 0.5;
  }

  @media print {
    .handle {
      display: none;
    }
  }
`;
