/** What the components' styles have in common. */
import { css } from 'lit';
import { tokens } from './tokens.css';

export const shared = css`
  ${tokens}

  :host {
    display: block;
    box-sizing: border-box;
    /* A page may have rules for all that is in it, which would win over those of a host. */
    color: var(--ink) !important;
    font-family: var(--sans) !important;
    letter-spacing: normal !important;
    font-size: var(--size-text);
    line-height: 1.5;
    font-variant-numeric: tabular-nums lining-nums;
    /* Chinese beside Latin letters and digits has room, and no line begins with what closes a phrase. */
    text-autospace: normal;
    text-spacing-trim: trim-start;
    line-break: strict;
    /* What is drawn with backgrounds is there on paper, too. */
    -webkit-print-color-adjust: exact;
    print-color-adjust: exact;
  }

  *,
  *::before,
  *::after {
    box-sizing: inherit;
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  h1,
  h2,
  h3,
  p,
  figure,
  dl,
  dd,
  ul,
  ol {
    margin: 0;
    padding: 0;
  }

  ul,
  ol {
    list-style: none;
  }

  h1,
  h2,
  h3,
  legend,
  caption {
    text-wrap: balance;
  }

  p,
  li,
  dd {
    text-wrap: pretty;
  }

  button,
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
    letter-spacing: inherit;
  }

  button {
    padding: 0;
    border: 0;
    background: none;
    cursor: pointer;
    touch-action: manipulation;
  }

  button:disabled {
    cursor: default;
  }

  /* What a finger presses is large enough for it, also where it is a word in a line. */
  button,
  select,
  summary,
  input:not([type='checkbox'], [type='radio']) {
    min-height: var(--target);
  }

  @media (pointer: coarse) {
    button {
      min-width: var(--target);
    }

    a.link {
      display: inline-flex;
      align-items: center;
      min-height: var(--target);
    }

    label {
      min-height: var(--target);
    }

    input:is([type='checkbox'], [type='radio']) {
      width: 24px;
      height: 24px;
    }
  }

  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
    border-radius: 2px;
  }

  .link {
    color: var(--ink-2);
    text-decoration: underline;
    text-decoration-color: var(--rule-strong);
    text-underline-offset: 0.2em;
  }

  .link:hover {
    color: var(--seal-ink);
    text-decoration-color: currentColor;
  }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  /* A figure or table and its number, as in a book. */
  .caption {
    display: flex;
    flex-wrap: wrap;
    gap: 0 12px;
    align-items: baseline;
    margin-bottom: var(--space-3);
    padding-top: var(--space-2);
    border-top: 1px solid var(--ink);
  }

  .caption .number {
    color: var(--seal-ink);
    font-family: var(--heading);
    font-size: var(--size-note);
    font-weight: 600;
  }

  .caption h2 {
    font-family: var(--heading);
    font-size: var(--size-heading);
    font-weight: 600;
    line-height: 1.4;
  }

  .caption p {
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  /* A button that does what is most wanted here. */
  .primary {
    padding: calc(0.3 * var(--unit)) calc(1 * var(--unit));
    border-radius: var(--corner);
    background: var(--seal);
    color: var(--on-seal);
    font-weight: 600;
  }

  .primary:hover:enabled:not([aria-disabled='true']) {
    filter: brightness(1.1);
  }

  .primary[aria-disabled='true'] {
    background: var(--rule);
    color: var(--ink-2);
    cursor: default;
  }

  .print-only {
    display: none;
  }

  @media print {
    .screen-only,
    button,
    input,
    select,
    textarea {
      display: none !important;
    }

    .print-only {
      display: block;
    }

    :focus-visible {
      outline: none !important;
    }

    .print-only.address {
      padding-top: 8pt;
      color: var(--ink-2);
      font-size: 8pt;
      overflow-wrap: anywhere;
    }

    h1,
    h2,
    h3,
    .caption {
      break-after: avoid;
    }

    p {
      orphans: 3;
      widows: 3;
    }
  }

  .run-name {
    display: inline-flex;
    gap: 0.5em;
    align-items: baseline;
    min-width: 0;
    font-weight: 600;
    overflow-wrap: anywhere;
  }

  .run-name svg {
    flex: none;
    align-self: center;
  }
`;
