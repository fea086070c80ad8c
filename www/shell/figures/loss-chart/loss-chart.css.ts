import { css } from 'lit';

export const styles = css`
  .values {
    margin-left: 0.4em;
  }

  .key {
    display: flex;
    gap: 0.5em;
    align-items: center;
    margin-left: auto;
    color: var(--ink-2);
    font-size: 0.84rem;
  }

  .key svg {
    stroke: var(--ink-2);
    fill: var(--paper);
    overflow: visible;
  }

  .key circle {
    stroke-width: 2;
  }

  .key svg + svg {
    margin-left: 0.6em;
  }
`;
