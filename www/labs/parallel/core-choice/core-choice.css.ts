import { css } from 'lit';

export const styles = css`
  :host {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-4);
    align-items: center;
    padding: 0 0 var(--space-2);
    font-size: var(--size-note);
  }

  .few {
    flex: 1 1 calc(20 * var(--unit));
    color: var(--ink);
  }

  .few b {
    font-weight: 600;
  }

  fieldset {
    display: flex;
    flex: none;
    margin: 0;
    padding: 0;
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
  }

  label {
    position: relative;
    display: flex;
    color: var(--ink-2);
    cursor: pointer;
  }

  label span {
    display: flex;
    align-items: center;
    min-height: max(calc(2 * var(--unit)), var(--target));
    padding: 0 var(--space-3);
  }

  label + label {
    border-left: 1px solid var(--rule-strong);
  }

  :checked + span {
    background: var(--ink);
    color: var(--paper);
  }

  :focus-visible + span {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }

  /* It covers its label, so that a press anywhere on it reaches it. */
  input {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }

  @media print {
    fieldset {
      display: none;
    }
  }
`;
