import { css } from 'lit';

export const styles = css`
  .on {
    margin-top: 0.5rem;
    padding: 0.3rem 1rem;
    border-radius: 4px;
    background: var(--seal);
    color: var(--on-seal);
    font-weight: 600;
  }

  .on:hover {
    filter: brightness(1.1);
  }
`;
