import { css } from 'lit';

/** A table in a {@link TableFrame}: hairlines between rows, and what the rows are of stays in view while it is scrolled. */
export const tableStyles = css`
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: var(--size-note);
  }

  caption {
    padding-bottom: var(--space-1);
    color: var(--ink-2);
    font-size: var(--size-note);
    text-align: left;
  }

  th,
  td {
    padding: calc(0.32 * var(--unit)) calc(1.2 * var(--unit)) calc(0.32 * var(--unit)) 0;
    text-align: left;
  }

  tbody > tr > :last-child,
  thead > tr:first-child > :last-child {
    padding-right: 0;
  }

  .number {
    text-align: right;
  }

  tbody tr + tr {
    border-top: 1px solid var(--rule);
  }

  tbody th[scope='row'],
  thead tr:first-child > :first-child {
    position: sticky;
    left: 0;
    z-index: 1;
    background: var(--paper);
    min-width: 5em;
    overflow-wrap: break-word;
  }

  tbody th[scope='row'] .run-name {
    max-width: 12em;
    overflow-wrap: break-word;
  }

  tinyai-table[data-scrolled] :is(tbody th[scope='row'], thead tr:first-child > :first-child) {
    box-shadow: 1px 0 0 var(--rule-strong);
  }

  @media print {
    tr {
      break-inside: avoid;
    }

    tbody th[scope='row'],
    thead tr:first-child > :first-child {
      position: static;
      background: none;
    }
  }
`;
