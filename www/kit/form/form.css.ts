import { css } from 'lit';

export const styles = css`
  .search {
    display: block;
    width: 100%;
    margin-top: var(--space-3);
    padding: calc(0.3 * var(--unit)) calc(0.6 * var(--unit));
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
    background: var(--raised);
  }

  .none {
    padding: var(--space-3) 0;
    color: var(--ink-2);
  }

  fieldset {
    min-width: 0;
    margin: 0;
    padding: calc(0.9 * var(--unit)) 0 0;
    border: 0;
  }

  legend {
    float: left;
    width: 100%;
    padding: 0 0 calc(0.2 * var(--unit));
    border-bottom: 1px solid var(--rule);
    font-family: var(--heading);
    font-size: calc(1.08 * var(--unit));
    font-weight: 600;
  }

  legend + * {
    clear: both;
  }

  details.advanced > summary {
    padding: calc(0.5 * var(--unit)) 0;
    color: var(--ink-2);
    font-size: var(--size-small);
    cursor: pointer;
  }

  .group > summary {
    display: flex;
    gap: var(--space-2);
    align-items: baseline;
    margin-top: calc(0.9 * var(--unit));
    padding: 0 0 calc(0.2 * var(--unit));
    border-bottom: 1px solid var(--rule);
    font-family: var(--heading);
    font-size: calc(1.08 * var(--unit));
    font-weight: 600;
    list-style: none;
    cursor: pointer;
  }

  .group > summary::-webkit-details-marker {
    display: none;
  }

  .group > summary::before {
    content: '+';
    width: 0.8em;
    color: var(--seal-ink);
  }

  .group[open] > summary::before {
    content: '−';
  }

  .group fieldset {
    padding: 0;
  }
`;
