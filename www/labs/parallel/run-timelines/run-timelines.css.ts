import { css } from 'lit';

export const styles = css`
  .patterns {
    position: absolute;
  }

  .rows {
    display: grid;
    gap: var(--space-3);
    padding-block: var(--space-3);
  }

  .rows li {
    display: grid;
    grid-template-columns: minmax(5rem, 18%) minmax(8rem, 1fr) 6.5rem;
    gap: var(--space-3);
    align-items: center;
  }

  .lanes {
    display: block;
    background: var(--waiting);
  }

  .axis svg {
    display: block;
    overflow: visible;
    width: 100%;
    height: 1.75rem;
  }

  .axis line {
    stroke: var(--rule-strong);
  }

  .axis text {
    fill: currentcolor;
    text-anchor: middle;
  }

  .axis {
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .value {
    font-weight: 600;
    text-align: right;
  }

  .value small {
    display: block;
    color: var(--ink-2);
    font-size: var(--size-note);
    font-weight: 400;
  }

  .value .you {
    color: var(--pencil);
    font-weight: 600;
  }

  .key {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-4);
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .key li {
    display: flex;
    gap: 0.5em;
    align-items: center;
  }

  .key svg {
    width: 0.9em;
    height: 0.9em;
    background: var(--waiting);
  }

  @container (max-width: 520px) {
    .rows li {
      grid-template-columns: minmax(8rem, 1fr) 6.5rem;
    }

    .name {
      grid-column: 1 / -1;
    }
  }
`;
