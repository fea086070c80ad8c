import { css } from 'lit';

export const styles = css`
  .panel {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr));
    gap: var(--space-4) var(--space-5);
    padding-top: var(--space-3);
  }

  fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }

  legend {
    padding: 0 0 var(--space-2);
    font-weight: 600;
  }

  .methods {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr));
    gap: 0 var(--space-4);
  }

  .method {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.6em;
    align-items: center;
    justify-content: flex-end;
    min-height: max(2.35em, var(--target));
    border-bottom: 1px solid var(--rule);
  }

  .method > label {
    flex: 1 1 auto;
  }

  label {
    display: inline-flex;
    gap: 0.55em;
    align-items: center;
    cursor: pointer;
  }

  input {
    flex: none;
    width: 1.1em;
    height: 1.1em;
    margin: 0;
    accent-color: var(--ink);
  }

  label[data-closed] {
    color: var(--ink-2);
    cursor: default;
  }

  /* A method that has two has them under each other, beside its name. */
  .sizes {
    display: grid;
    gap: 0.3em;
    justify-items: end;
    margin-left: auto;
    padding-block: 0.15em;
  }

  .size {
    display: inline-flex;
    gap: 0.4em;
    align-items: center;
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .size tinyai-number-box {
    width: 4.4rem;
  }

  .fitted {
    flex: 1 1 100%;
    padding-bottom: 0.3em;
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .rules {
    display: grid;
    gap: var(--space-2);
  }

  .rule {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 0 0.55em;
    align-items: baseline;
  }

  .rule input {
    transform: translateY(0.15em);
  }

  .rule p,
  .hint {
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .rule p {
    grid-column: 2;
  }

  .name {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1em;
    align-items: center;
    justify-content: space-between;
  }

  .name .size tinyai-number-box {
    width: 5.4rem;
  }

  .rule b {
    font-weight: 600;
  }

  .values {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-3);
    padding-block: var(--space-2);
  }

  .value {
    display: grid;
    gap: 0.2em;
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .value tinyai-number-box {
    width: 6.4rem;
    color: var(--ink);
  }

  .seeds {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-3);
  }

  .stack {
    display: grid;
    gap: var(--space-4);
    align-content: start;
  }

  .summary {
    padding-top: var(--space-3);
    font-weight: 600;
  }

  .problem {
    color: var(--seal-ink);
    font-size: var(--size-note);
  }
`;
