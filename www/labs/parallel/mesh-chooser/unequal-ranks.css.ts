import { css } from 'lit';

export const styles = css`
  details {
    padding-top: 0.7rem;
  }

  summary {
    color: var(--ink-2);
    font-size: 0.93rem;
    cursor: pointer;
  }

  .hint {
    padding: 0.2rem 0;
    color: var(--ink-2);
    font-size: 0.82rem;
  }

  table {
    border-collapse: collapse;
    font-size: 0.9rem;
  }

  th {
    padding: 0.15rem 1rem 0.15rem 0;
    font-weight: 400;
    text-align: left;
    white-space: nowrap;
  }

  thead th {
    color: var(--ink-2);
    font-size: 0.84rem;
  }

  tinyai-number-box {
    width: 5.5rem;
  }

  .problems {
    color: var(--seal-ink);
    font-size: 0.87rem;
  }
`;
