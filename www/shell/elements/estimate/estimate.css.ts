import { css } from 'lit';

export const styles = css`
  p {
    color: var(--ink-2);
    font-size: calc(0.93 * var(--unit));
    font-variant-numeric: tabular-nums;
  }
`;
