import { css } from 'lit';

export const styles = css`
  :host {
    --chart-height: calc(18 * var(--unit));
  }
`;
