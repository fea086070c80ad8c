import { css } from 'lit';

export const styles = css`
  :host {
    container-type: inline-size;
  }

  .bar {
    display: flex;
    flex-wrap: wrap;
    gap: calc(0.5 * var(--unit)) calc(1.4 * var(--unit));
    align-items: center;
    padding: calc(0.6 * var(--unit)) 0 calc(0.55 * var(--unit));
  }

  .buttons {
    display: flex;
    gap: calc(0.3 * var(--unit));
    align-items: center;
  }

  .main {
    min-width: calc(6.8 * var(--unit));
    padding: calc(0.42 * var(--unit)) calc(1.2 * var(--unit));
    border: 1px solid var(--ink);
    border-radius: 4px;
    font-size: calc(1.02 * var(--unit));
    font-weight: 600;
  }

  .main.run {
    border-color: var(--seal);
    background: var(--seal);
    color: var(--on-seal);
  }

  .main.run:hover:not([aria-disabled='true']) {
    filter: brightness(1.1);
  }

  .main[aria-disabled='true'] {
    opacity: 0.5;
  }

  .plain {
    padding: calc(0.42 * var(--unit)) calc(0.8 * var(--unit));
    color: var(--ink-2);
  }

  .plain:hover:not([aria-disabled='true']) {
    color: var(--seal-ink);
  }

  .plain[aria-disabled='true'] {
    opacity: 0.45;
  }

  .state {
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .progress {
    display: flex;
    flex-direction: column;
    gap: 2px;
    min-height: 1px;
  }

  .progress > div {
    height: 2px;
    background: var(--rule);
  }

  .progress > div > div {
    height: 100%;
  }

  button[aria-disabled='true'] {
    cursor: default;
  }

  /* Bound to the bar's last line, so that nothing moves when it says more. */
  :host([lines]) .state {
    flex-basis: 100%;
    min-height: 1.5em;
  }

  @container (max-width: 40rem) {
    .state {
      flex-basis: 100%;
      min-height: 1.5em;
    }
  }

  @media print {
    :host {
      display: none;
    }
  }
`;
