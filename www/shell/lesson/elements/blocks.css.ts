import { css } from 'lit';

/** What the blocks of a lesson look like. */
export const blocks = css`
  section {
    padding-block: var(--space-4);
  }

  h2 {
    font-family: var(--heading);
    font-size: calc(1.3 * var(--unit));
    font-weight: 600;
    line-height: 1.35;
  }

  h2:focus-visible {
    outline: var(--heading-outline, 2px solid var(--focus));
  }

  .lead {
    max-width: 44em;
    padding-top: var(--space-1);
    color: var(--ink-2);
  }

  .prose {
    max-width: 44em;
    font-size: calc(1.06 * var(--unit));
    line-height: 1.65;
    text-wrap: pretty;
  }

  .plain {
    min-height: max(2.2em, var(--target));
    padding: var(--space-1) var(--space-3);
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
    background: var(--raised);
  }

  .plain:hover:not([aria-disabled='true']) {
    border-color: var(--ink);
  }

  .plain[aria-disabled='true'] {
    border-color: var(--rule);
    background: none;
    color: var(--ink-3);
    cursor: default;
  }

  .primary {
    min-height: max(2.2em, var(--target));
  }

  fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }

  legend {
    padding: 0;
  }

  .option {
    display: flex;
    gap: 0.7em;
    align-items: baseline;
    max-width: 44em;
    min-height: max(2.2em, var(--target));
    padding: var(--space-1) 0;
    cursor: pointer;
  }

  .option input {
    flex: none;
    width: 1.1em;
    height: 1.1em;
    margin: 0;
    accent-color: var(--ink);
    transform: translateY(0.15em);
  }

  /* On paper one ticks with a pencil. */
  @media print {
    section {
      padding-block: 8pt;
      break-inside: avoid;
    }

    .option::before {
      content: '☐';
    }
  }
`;
