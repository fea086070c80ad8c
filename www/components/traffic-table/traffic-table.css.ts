import { css } from 'lit';

export const styles = css`
  .scroll {
    overflow-x: auto;
  }

  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 0.93rem;
  }

  th,
  td {
    padding: 0.3rem 1.2rem 0.3rem 0;
    font-weight: 400;
    text-align: left;
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

  .number {
    text-align: right;
  }

  td b {
    font-weight: 600;
  }

  tbody tr {
    border-top: 1px solid var(--rule);
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
