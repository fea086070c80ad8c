import { css } from 'lit';

export const styles = css`
  :host {
    display: inline;
    position: relative;
    font: inherit !important;
    font-size: inherit;
    line-height: inherit;
  }

  .term {
    border-bottom: 2px dotted var(--ink-3);
    cursor: help;
  }

  .term:hover,
  .term[aria-expanded='true'] {
    border-color: var(--seal-ink);
  }

  .card {
    position: absolute;
    top: 0;
    left: 0;
    z-index: 10;
    display: block;
    width: min(21rem, calc(100vw - 2rem));
    padding: var(--space-2) var(--space-3) var(--space-3);
    border: 1px solid var(--rule-strong);
    border-top: 3px solid var(--seal);
    border-radius: var(--corner);
    background: var(--raised);
    box-shadow: 0 6px 22px rgb(0 0 0 / 16%);
    color: var(--ink);
    font-family: var(--sans);
    font-size: var(--size-text);
    font-style: normal;
    font-weight: 400;
    line-height: 1.55;
    text-align: left;
    text-indent: 0;
    white-space: normal;
  }

  .card b {
    display: block;
    font-family: var(--heading);
    font-size: var(--size-heading);
    font-weight: 600;
  }

  .card small {
    display: block;
    padding-top: var(--space-1);
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  @media print {
    .term {
      border: 0;
    }

    .card {
      display: none;
    }
  }
`;
