import { css } from 'lit';

export const styles = css`
  details {
    padding-top: calc(0.7 * var(--unit));
  }

  summary {
    color: var(--ink-2);
    font-size: var(--size-note);
    cursor: pointer;
  }

  .hint {
    padding: calc(0.2 * var(--unit)) 0;
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  table {
    border-collapse: collapse;
    font-size: var(--size-note);
  }

  th {
    padding: calc(0.15 * var(--unit)) var(--unit) calc(0.15 * var(--unit)) 0;
    font-weight: 400;
    text-align: left;
    white-space: nowrap;
  }

  thead th {
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  tinyai-number-box {
    width: calc(5.5 * var(--unit));
  }

  .problems {
    color: var(--seal-ink);
    font-size: var(--size-note);
  }
`;
