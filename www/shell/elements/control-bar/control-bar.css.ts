import { css } from 'lit';

export const styles = css`
  .runs {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1.2rem;
    margin-left: auto;
    font-size: var(--size-small);
  }
`;
