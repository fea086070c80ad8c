import { css } from 'lit';

export const styles = css`
  .rows {
    display: grid;
    gap: var(--space-4);
    padding-block: var(--space-4) var(--space-3);
  }

  .rows li {
    display: grid;
    grid-template-columns: minmax(5rem, 18%) minmax(8rem, 1fr) 6.5rem;
    gap: var(--space-3);
    align-items: center;
  }

  /* Room for the pencil's word. */
  li[data-foretold] {
    padding-top: var(--space-3);
  }

  .track {
    position: relative;
    display: block;
    height: calc(2.2 * var(--unit));
    background: linear-gradient(var(--rule), var(--rule)) 0 100% / 100% 1px no-repeat;
  }

  .bar {
    display: flex;
    gap: 1px;
    height: 100%;
    transition: width 0.3s;
  }

  /* Computed, not measured: open to the paper. */
  .bar[data-modelled] {
    mask: repeating-linear-gradient(135deg, #000 0 6px, transparent 6px 9px);
  }

  .way {
    position: absolute;
    bottom: 0;
    height: 3px;
  }

  .part {
    min-width: 0;
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

  .pencil {
    position: absolute;
    top: -0.55em;
    bottom: -0.55em;
    border-left: 3px dashed var(--pencil);
  }

  .pencil span {
    position: absolute;
    bottom: 100%;
    color: var(--pencil);
    font-family: var(--heading);
    font-weight: 600;
    white-space: nowrap;
    transform: translateX(-50%);
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

  .key i {
    width: 0.9em;
    height: 0.9em;
  }

  @media (prefers-reduced-motion: reduce) {
    .bar {
      transition: none;
    }
  }

  @container (max-width: 520px) {
    .rows li {
      grid-template-columns: minmax(8rem, 1fr) max-content;
    }

    .name {
      grid-column: 1 / -1;
    }

    li[data-foretold] {
      padding-top: 0;
    }

    li[data-foretold] .name {
      padding-bottom: var(--space-3);
    }
  }
`;
