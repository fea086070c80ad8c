import { css } from 'lit';

/** What charts that are walked by keys have in common: the handle, what the keys do, and what is said where nothing is drawn. */
export const chartStyles = css`
  .handle:not([data-chosen]) {
    opacity: 0;
  }

  .handle:focus-visible {
    outline-offset: 3px;
    border-radius: 50%;
  }

  /* What the keys do, for whoever has the focus there. */
  .keys {
    position: absolute;
    z-index: 2;
    padding: 0 0.4em;
    border-radius: 2px;
    background: var(--paper);
    color: var(--ink-2);
    font-size: var(--size-small);
    opacity: 0;
    pointer-events: none;
  }

  .handle:focus-visible ~ .keys {
    opacity: 1;
  }

  /* Whoever points with a finger has no keys. */
  @media (hover: none) {
    .keys {
      display: none;
    }
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
  }
`;
