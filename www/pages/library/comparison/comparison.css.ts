import { css } from 'lit';

export const styles = css`
  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-4);
    padding: var(--space-2) 0;
  }

  tinyai-figure {
    margin-top: var(--space-4);
  }

  th,
  td {
    vertical-align: baseline;
  }

  tbody th[scope='row'] {
    width: 16rem;
    font-weight: 400;
  }

  .group {
    color: var(--ink-2);
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
    min-width: 9rem;
    vertical-align: top;
    font-weight: 600;
  }

  .of {
    display: block;
    color: var(--ink-2);
    font-size: var(--size-small);
    font-weight: 400;
    overflow-wrap: anywhere;
  }

  thead label {
    display: inline-flex;
    gap: 0.3em;
    align-items: baseline;
    cursor: pointer;
  }

  thead input {
    accent-color: var(--seal);
  }

  .choices {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-3);
    color: var(--ink-2);
    font-size: var(--size-small);
    font-weight: 400;
  }

  .ratio,
  .kind {
    margin-left: 0.5em;
    color: var(--ink-2);
    font-size: var(--size-small);
    white-space: nowrap;
  }

  .none {
    padding: var(--space-4) 0;
    color: var(--ink-2);
  }

  @media (max-width: 620px) {
    tbody th[scope='row'] {
      width: 8rem;
    }

    thead th {
      min-width: 8rem;
    }
  }

  @media print {
    .ways,
    .choices {
      display: none;
    }
  }
`;
