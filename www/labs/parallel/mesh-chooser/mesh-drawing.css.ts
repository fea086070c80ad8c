import { css } from 'lit';

export const styles = css`
  :host {
    container-type: inline-size;
  }

  .replicas {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, calc(var(--tensor) * 7.6 * var(--unit))), 1fr));
    gap: calc(0.6 * var(--unit));
  }

  .replica {
    display: grid;
    grid-template-columns: repeat(var(--tensor), minmax(0, 1fr));
    gap: calc(0.35 * var(--unit));
    align-content: start;
    min-width: 0;
  }

  .name {
    grid-column: 1 / -1;
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .rank {
    min-width: 0;
    padding: calc(0.35 * var(--unit)) var(--space-2) calc(0.4 * var(--unit));
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
    background: var(--raised);
  }

  .title {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-2);
    justify-content: space-between;
    font-size: var(--size-note);
  }

  .title span,
  .holds {
    color: var(--ink-2);
    font-size: var(--size-small);
    line-height: 1.4;
  }

  .amounts {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.9em;
  }

  .amounts span {
    min-width: 0;
    overflow-wrap: anywhere;
  }

  .strip {
    display: block;
    width: 100%;
    height: var(--space-3);
    margin: calc(0.2 * var(--unit)) 0;
  }

  .segment {
    fill: var(--rule-strong);
  }

  .held {
    fill: var(--memory-parameters);
  }

  .key {
    padding-top: calc(0.4 * var(--unit));
    color: var(--ink-2);
    font-size: var(--size-small);
    line-height: 1.4;
  }

  .key b {
    color: var(--ink);
    font-weight: 600;
  }

  .empty {
    padding: calc(0.6 * var(--unit)) 0;
    color: var(--ink-2);
    font-size: var(--size-note);
  }
`;
