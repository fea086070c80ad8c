import { css } from 'lit';

export const styles = css`
  /* The foot of the page stays where it is while the rest comes. */
  :host {
    min-height: 100vh;
  }

  main {
    max-width: 64rem;
    margin: 0 auto;
    padding: var(--space-4) clamp(1rem, 2.6vw, 3rem) var(--space-6);
    outline: none;
  }

  h1 {
    font-family: var(--heading);
    font-size: 2rem;
    font-weight: 600;
  }

  .lead {
    max-width: 40em;
    padding-block: var(--space-2);
    font-size: calc(1.08 * var(--unit));
    line-height: 1.6;
  }

  .steps {
    max-width: 42em;
    padding-left: 1.4em;
    list-style: decimal;
    line-height: 1.7;
  }

  .class {
    margin-block: var(--space-4);
    padding: var(--space-3);
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
  }

  .class legend {
    padding-inline: var(--space-2);
    font-family: var(--heading);
    font-weight: 600;
  }

  .class input {
    min-height: max(2.2em, var(--target));
    padding: 0 var(--space-2);
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
    background: var(--raised);
  }

  .class ul {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-4);
    padding-top: var(--space-2);
  }

  .hint {
    padding-top: var(--space-2);
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .open {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-3);
    align-items: center;
    padding-bottom: var(--space-3);
  }

  .open .link {
    margin-left: auto;
  }

  tinyai-figure {
    margin-top: var(--space-5);
  }

  .ask {
    max-width: 40em;
    padding-bottom: var(--space-2);
    font-family: var(--serif);
  }

  table {
    width: 100%;
    border-collapse: collapse;
  }

  tbody th {
    width: 12rem;
    padding-right: var(--space-3);
    font-weight: 400;
    text-align: left;
  }

  td {
    height: 1.8em;
  }

  .bar {
    display: block;
    height: 1.2em;
    background: var(--pencil);
  }

  .number {
    width: 3em;
    text-align: right;
  }

  .came {
    width: 9em;
    padding-left: var(--space-2);
    color: var(--seal-ink);
    font-weight: 600;
  }

  tr[data-true] th {
    color: var(--seal-ink);
    font-weight: 600;
  }
`;
