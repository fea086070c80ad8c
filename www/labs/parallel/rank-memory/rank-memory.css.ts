import { css } from 'lit';

export const styles = css`
  figure {
    container-type: inline-size;
  }

  .key {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1.2rem;
    padding-bottom: 0.4rem;
    color: var(--ink-2);
    font-size: 0.87rem;
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

  .parameters {
    background: var(--tone-0);
  }

  .gradients {
    background: var(--tone-1);
  }

  .optimizer {
    background: var(--tone-2);
  }

  .activations {
    background: var(--tone-3);
  }

  .kv {
    background: var(--tone-4);
  }

  /* As in the timeline. */
  .communication {
    background: radial-gradient(circle, var(--traffic-line) 1.1px, var(--traffic) 1.4px) 0 0 / 4px 4px;
  }

  .data {
    background: repeating-linear-gradient(135deg, var(--ink-2) 0 1px, var(--paper) 1px 4px);
  }

  .row {
    display: grid;
    grid-template-columns: 7.4rem minmax(0, 1fr) 12.5rem;
    gap: 0 0.8rem;
    align-items: center;
    padding: 0.18rem 0;
    font-size: 0.9rem;
  }

  .empty {
    color: var(--ink-2);
    font-size: 0.95rem;
  }

  .name {
    font-weight: 600;
  }

  .track {
    position: relative;
    display: flex;
    height: 1.25rem;
    background: var(--pane);
    box-shadow: inset 0 0 0 1px var(--rule);
  }

  .track > div {
    box-shadow: inset -1px 0 0 var(--paper);
  }

  .limit {
    position: absolute;
    top: -0.2rem;
    bottom: -0.2rem;
    width: 0;
    border-left: 3px solid var(--seal-ink);
  }

  .total b {
    font-weight: 600;
  }

  .total span {
    margin-left: 0.5em;
    color: var(--ink-2);
    font-size: 0.84rem;
  }

  @container (max-width: 620px) {
    .row {
      grid-template-columns: 1fr auto;
      padding: 0.3rem 0;
    }

    .track {
      grid-column: 1 / -1;
      grid-row: 2;
    }

    .total {
      text-align: right;
    }
  }

  @media print {
    figure {
      break-inside: avoid;
    }
  }
`;
