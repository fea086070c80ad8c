import { css } from 'lit';

export const styles = css`
  .point {
    display: flex;
    flex-wrap: wrap;
    gap: 0.3rem 1em;
    align-items: center;
    min-height: 2.4rem;
    padding-top: 0.5rem;
  }

  .hint {
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .point button:disabled {
    opacity: 0.5;
  }
`;
