import { css } from 'lit';

export const styles = css`
  .settings {
    display: flex;
    flex-wrap: wrap;
    gap: 0.9rem 2.6rem;
    align-items: flex-start;
    padding: 0.9rem 0 0.6rem;
    border-top: 1px solid var(--ink);
  }

  .field {
    min-width: 0;
  }

  .label {
    margin-bottom: 0.3rem;
    font-size: var(--size-note);
    font-weight: 600;
  }

  .peers {
    flex: 1 1 20rem;
  }

  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem;
  }

  .chips button,
  .chips span {
    display: block;
    min-width: 2.3rem;
    padding: 0.14rem 0.75rem;
    border: 1px solid var(--rule-strong);
    border-radius: 1em;
    color: var(--ink-2);
    font-size: var(--size-note);
    text-align: center;
  }

  .chips button[aria-pressed='true'],
  .chips input:checked + span {
    border-color: var(--ink);
    background: var(--ink);
    color: var(--paper);
  }

  .chips button:hover:enabled,
  .chips label:hover span {
    border-color: var(--ink);
  }

  .chips button:disabled,
  .chips input:disabled + span {
    cursor: default;
    opacity: 0.75;
  }

  .chips label {
    position: relative;
    cursor: pointer;
  }

  .chips input {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: inherit;
  }

  .chips input:focus-visible + span {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }

  .check {
    display: flex;
    gap: 0.5rem;
    align-items: baseline;
    cursor: pointer;
  }

  .check input {
    flex: none;
    accent-color: var(--seal);
  }

  .hint {
    margin-top: 0.2rem;
    color: var(--ink-2);
    font-size: var(--size-small);
    line-height: 1.4;
  }

  .peers .hint {
    padding-left: 1.4rem;
  }
`;
