import { css } from 'lit';

export const styles = css`
  .box {
    display: flex;
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
    background: var(--raised);
  }

  .box[data-wrong] {
    border-color: var(--seal-ink);
    box-shadow: 0 0 0 1px var(--seal-ink);
  }

  button {
    flex: none;
    width: clamp(1.4em, 2.2vw, 1.8em);
    min-height: max(calc(1.9 * var(--unit)), var(--target));
    min-width: 0;
    color: var(--ink-2);
    font-size: calc(1.1 * var(--unit));
    line-height: 1;
  }

  button:hover:not([aria-disabled='true']) {
    color: var(--seal-ink);
  }

  button[aria-disabled='true'] {
    opacity: 0.35;
    cursor: default;
  }

  input {
    flex: 1;
    width: 1.5em;
    min-width: 0;
    padding: calc(0.1 * var(--unit)) calc(0.4 * var(--unit));
    border: 0;
    background: none;
    text-align: right;
  }

  :host([stepper]) input {
    padding: calc(0.15 * var(--unit)) 0;
    font-weight: 600;
    text-align: center;
  }
`;
