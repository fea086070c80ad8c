import { css } from 'lit';

export const styles = css`
  :host {
    container-type: inline-size;
  }

  .key {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-4);
    padding-bottom: calc(0.4 * var(--unit));
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .key li {
    display: flex;
    gap: 0.45em;
    align-items: center;
  }

  .key i {
    width: 0.8em;
    height: 0.8em;
    box-shadow: 0 0 0 1px var(--rule-strong);
  }

  .common {
    margin-left: auto;
  }

  .row {
    display: grid;
    grid-template-columns: calc(7.4 * var(--unit)) minmax(0, 1fr) calc(12.5 * var(--unit));
    gap: 0 var(--space-3);
    align-items: center;
    padding: calc(0.18 * var(--unit)) 0;
    font-size: var(--size-note);
  }

  .empty {
    color: var(--ink-2);
    font-size: calc(0.95 * var(--unit));
  }

  .name {
    font-weight: 600;
  }

  .track {
    position: relative;
    display: flex;
    height: calc(1.25 * var(--unit));
    background: var(--pane);
    box-shadow: inset 0 0 0 1px var(--rule);
  }

  .track > div {
    box-shadow: inset -1px 0 0 var(--paper);
  }

  .limit {
    position: absolute;
    top: calc(-0.2 * var(--unit));
    bottom: calc(-0.2 * var(--unit));
    width: 0;
    border-left: 3px solid var(--seal-ink);
  }

  .total b {
    font-weight: 600;
  }

  .total span {
    margin-left: 0.5em;
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  @container (max-width: 620px) {
    .row {
      grid-template-columns: 1fr auto;
      padding: calc(0.3 * var(--unit)) 0;
    }

    .track {
      grid-column: 1 / -1;
      grid-row: 2;
    }

    .total {
      text-align: right;
    }
  }
`;
