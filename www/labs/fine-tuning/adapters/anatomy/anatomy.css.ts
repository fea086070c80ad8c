import { css } from 'lit';

export const styles = css`
  h2 {
    padding-top: var(--space-2);
    font-family: var(--heading);
    font-size: calc(1.3 * var(--unit));
    font-weight: 600;
    line-height: 1.35;
  }

  .lead,
  .quiet {
    color: var(--ink-2);
  }

  .quiet {
    font-size: var(--size-note);
  }

  form {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-3);
    align-items: center;
    padding-block: var(--space-2) var(--space-3);
  }

  label {
    display: inline-flex;
    gap: 0.5em;
    align-items: center;
    min-width: 0;
    max-width: 100%;
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  select {
    min-width: 0;
    padding: calc(0.26 * var(--unit)) calc(0.45 * var(--unit));
    border: 1px solid var(--rule-strong);
    border-radius: 3px;
    background: var(--raised);
    color: var(--ink);
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

  progress {
    accent-color: var(--ink);
  }

  .figures {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr));
    gap: var(--space-4) var(--space-5);
  }

  .figures > * {
    min-width: 0;
  }

  .survival {
    grid-column: 1 / -1;
  }

  .survival td,
  .survival th[scope='row'] {
    white-space: nowrap;
  }

  .says {
    max-width: 44em;
    padding-bottom: var(--space-2);
    line-height: 1.6;
  }

  tinyai-line-chart {
    --chart-height: calc(17 * var(--unit));
  }

  thead tr + tr th {
    min-width: 4em;
    font-weight: 400;
    vertical-align: bottom;
  }

  .left {
    display: inline-flex;
    gap: 0.6em;
    align-items: center;
    white-space: nowrap;
  }

  .track {
    width: 4.5em;
    height: 0.7em;
    background: var(--rule);
  }

  .bar {
    display: block;
    height: 100%;
    background: var(--run-2);
  }

  @media print {
    form {
      display: none;
    }
  }
`;
