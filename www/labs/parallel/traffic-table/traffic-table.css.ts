import { css } from 'lit';

export const styles = css`
  :host {
    container-type: inline-size;
  }

  th,
  td {
    padding-block: 0.3rem;
    font-weight: 400;
    vertical-align: middle;
    white-space: nowrap;
  }

  thead th {
    padding-block: 0.1rem;
    color: var(--ink-2);
    font-size: 0.87rem;
    vertical-align: bottom;
  }

  th[scope='colgroup'] {
    color: var(--ink);
    font-weight: 600;
  }

  td b {
    font-weight: 600;
  }

  tbody .all {
    border-top: 1px solid var(--ink-2);
  }

  /* Predicted above measured, as in the timeline. */
  .bars {
    width: 24%;
    min-width: 6rem;
  }

  .bars div {
    height: 0.42rem;
    background: var(--traffic-line);
  }

  .bars .predicted {
    height: 0.3rem;
    margin-bottom: 2px;
    background: repeating-linear-gradient(135deg, var(--traffic-line) 0 1px, transparent 1px 4px);
    box-shadow: inset 0 0 0 1px var(--traffic-line);
  }

  /* On a phone the figures come first. */
  @container (max-width: 520px) {
    table {
      font-size: 0.84rem;
    }

    th,
    td {
      padding-right: 0.7rem;
    }

    thead th {
      font-size: 0.8rem;
    }

    /* The column stays, so that those beside it stay below their heads. */
    .bars {
      width: 0;
      min-width: 0;
      padding: 0;
    }

    .bars div {
      display: none;
    }

    thead th,
    tbody th[scope='row'] {
      max-width: 6rem;
      white-space: normal;
    }
  }

  .saved,
  .empty {
    padding-top: 0.5rem;
    color: var(--ink-2);
    font-size: 0.95rem;
  }

  .saved b {
    color: var(--ink);
    font-weight: 600;
  }
`;
