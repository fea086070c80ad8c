import { css } from 'lit';

export const styles = css`
  .empty,
  .note,
  .quiet {
    color: var(--ink-2);
  }

  .note {
    padding-top: var(--space-2);
    font-size: var(--size-note);
  }

  tbody th[scope='row'] {
    min-width: 10em;
    font-weight: 400;
  }

  td {
    vertical-align: top;
  }

  /* What is only read aloud scrolls with the table. */
  td,
  thead th:last-child {
    position: relative;
  }

  thead th {
    vertical-align: bottom;
  }

  tbody td:nth-child(2) {
    min-width: 9.5em;
  }

  .number {
    white-space: nowrap;
  }

  small {
    display: block;
    color: var(--ink-2);
    font-size: var(--size-small);
    font-weight: 400;
  }

  abbr {
    text-decoration: none;
  }

  .refused {
    min-width: 20em;
    color: var(--seal-ink);
  }

  .does {
    text-align: right;
    white-space: nowrap;
  }

  .does button + button {
    margin-left: 0.9em;
  }

  progress {
    width: min(100%, 12em);
    accent-color: var(--ink);
  }

  @media print {
    .does {
      display: none;
    }
  }
`;
