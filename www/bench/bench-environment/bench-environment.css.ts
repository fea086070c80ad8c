import { css } from 'lit';

export const styles = css`
  dl {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem 2.6rem;
  }

  dt {
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .actions {
    padding-top: 1rem;
    font-size: var(--size-note);
  }

  .link:disabled {
    opacity: 0.5;
  }
`;
