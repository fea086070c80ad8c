import { css } from 'lit';

export const styles = css`
  form {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-3);
    align-items: end;
    padding-bottom: var(--space-3);
  }

  .field {
    display: grid;
    gap: 0.2em;
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .field.wide {
    flex: 1 1 16rem;
    max-width: 30rem;
  }

  textarea {
    min-height: max(2.3em, var(--target));
    padding: calc(0.26 * var(--unit)) calc(0.45 * var(--unit));
    border: 1px solid var(--rule-strong);
    border-radius: 3px;
    background: var(--raised);
    color: var(--ink);
    font-size: var(--size-text);
    resize: vertical;
  }

  tinyai-number-box {
    width: 6rem;
    color: var(--ink);
  }

  details.more {
    flex: 1 1 100%;
    order: 9;
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  details.more summary {
    width: fit-content;
    cursor: pointer;
  }

  details.more > div {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-3);
    padding-block: var(--space-1) var(--space-2);
  }

  .plain {
    min-height: max(2.2em, var(--target));
    padding: var(--space-1) var(--space-3);
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
    background: var(--raised);
  }

  .primary {
    min-height: max(2.2em, var(--target));
  }

  .measures {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-5);
    padding-bottom: var(--space-3);
  }

  .measures b {
    display: block;
    font-size: calc(1.15 * var(--unit));
    font-weight: 600;
  }

  .measures p {
    max-width: 26em;
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .rows {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 14.4rem), 1fr));
    gap: 1.2rem 1.4rem;
  }

  .rows h3 {
    font-size: 0.95rem;
  }

  .how {
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .sheet {
    height: 15.5rem;
    margin-top: 0.25rem;
  }

  .sheet:not([data-vertical]) {
    height: auto;
    min-height: 7rem;
    max-height: 15.5rem;
    font-size: 0.98rem;
  }

  .empty {
    color: var(--ink-2);
  }

  @media print {
    form {
      display: none;
    }
  }
`;
