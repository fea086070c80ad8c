import { css } from 'lit';

export const styles = css`
  :host {
    padding: calc(0.6 * var(--unit)) 0;
  }

  .controls {
    display: flex;
    flex-wrap: wrap;
    gap: calc(0.4 * var(--unit)) calc(1.4 * var(--unit));
    align-items: center;
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .check {
    display: flex;
    gap: calc(0.45 * var(--unit));
    align-items: center;
    cursor: pointer;
  }

  .check input {
    flex: none;
    width: var(--unit);
    height: var(--unit);
    margin: 0;
    accent-color: var(--seal);
  }

  select {
    max-width: calc(11 * var(--unit));
    padding: var(--space-1) calc(0.4 * var(--unit));
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
    background: var(--raised);
  }

  select:disabled {
    opacity: 0.5;
  }

  @media print {
    :host {
      display: none;
    }
  }
`;
