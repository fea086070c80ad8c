import { css } from 'lit';

export const styles = css`
  dl {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem 2.6rem;
  }

  dt {
    color: var(--ink-2);
    font-size: 0.84rem;
  }

  .actions {
    padding-top: 1rem;
    font-size: 0.9rem;
  }

  .link:disabled {
    opacity: 0.5;
  }
`;
