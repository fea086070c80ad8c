import { css } from 'lit';

export const styles = css`
  :host {
    container-type: inline-size;
  }

  th,
  td {
    padding-block: calc(0.3 * var(--unit));
    font-weight: 400;
    vertical-align: middle;
    white-space: nowrap;
  }

  thead th {
    padding-block: calc(0.1 * var(--unit));
    color: var(--ink-2);
    font-size: var(--size-note);
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
    min-width: calc(6 * var(--unit));
  }

  .bars div {
    height: calc(0.42 * var(--unit));
    background: var(--transfer);
  }

  .bars .predicted {
    height: calc(0.3 * var(--unit));
    margin-bottom: 2px;
    background: repeating-linear-gradient(135deg, var(--transfer) 0 1px, transparent 1px 4px);
    box-shadow: inset 0 0 0 1px var(--transfer);
  }

  /* On a phone the figures come first. */
  @container (max-width: 520px) {
    table {
      font-size: var(--size-small);
    }

    th,
    td {
      padding-right: calc(0.7 * var(--unit));
    }

    thead th {
      font-size: var(--size-small);
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
      max-width: calc(6 * var(--unit));
      white-space: normal;
    }
  }

  .saved,
  .empty {
    padding-top: var(--space-2);
    color: var(--ink-2);
    font-size: calc(0.95 * var(--unit));
  }

  .saved b {
    color: var(--ink);
    font-weight: 600;
  }
`;
