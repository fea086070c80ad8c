import { css } from 'lit';

export const styles = css`
  .readout b {
    margin-left: auto;
    font-weight: 600;
  }

  .value {
    margin-left: 0.3em;
  }

  .plot {
    height: var(--chart-height, calc(18 * var(--unit)));
  }
`;
