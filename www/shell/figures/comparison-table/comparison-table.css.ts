import { css } from 'lit';

export const styles = css`
  th,
  td {
    vertical-align: baseline;
  }

  tbody th[scope='row'] {
    width: 14rem;
    min-width: 8rem;
    color: var(--ink-2);
    font-weight: 400;
  }

  tbody tr.part + tr {
    border-top: 1px solid var(--rule-strong);
  }

  .part th {
    padding-top: 1rem;
    font-family: var(--heading);
    font-weight: 600;
  }

  thead th {
    min-width: 8rem;
    font-weight: 600;
  }

  thead label {
    display: inline-flex;
    white-space: nowrap;
    gap: 0.3em;
    align-items: baseline;
    color: var(--ink-2);
    font-size: var(--size-small);
    font-weight: 400;
    cursor: pointer;
  }

  thead input {
    accent-color: var(--seal);
  }

  .run-status {
    white-space: nowrap;
    margin-inline: 0.6em;
    color: var(--ink-2);
    font-size: var(--size-small);
    font-weight: 400;
  }

  .ratio {
    margin-left: 0.5em;
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  [data-past] {
    color: var(--ink-2);
  }

  .note {
    padding-top: 0.6rem;
    color: var(--ink-2);
    font-size: 0.87rem;
  }

  .failure {
    padding-top: 0.6rem;
    color: var(--seal-ink);
    font-size: var(--size-note);
  }

  @media print {
    thead input {
      display: none;
    }
  }
`;
