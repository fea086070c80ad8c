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

  :focus-visible {
    outline: 2px solid var(--seal-ink);
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
    gap: 0 0.7em;
    align-items: baseline;
    margin-bottom: calc(0.7 * var(--unit));
    padding-top: calc(0.55 * var(--unit));
    border-top: 1px solid var(--ink);
  }

  .caption .number {
    color: var(--seal-ink);
    font-family: var(--serif);
    font-size: calc(0.9 * var(--unit));
  }

  .caption h2 {
    font-family: var(--serif);
    font-size: calc(1.12 * var(--unit));
    font-weight: 600;
    line-height: 1.4;
  }

  .caption p {
    color: var(--ink-2);
    font-size: calc(0.87 * var(--unit));
  }

  /* A button that does what is most wanted here. */
  .primary {
    padding: calc(0.3 * var(--unit)) calc(1 * var(--unit));
    border-radius: var(--corner);
    background: var(--seal);
    color: var(--on-seal);
    font-weight: 600;
  }

  .primary:hover:enabled {
    filter: brightness(1.1);
  }

  @media print {
    .screen-only {
      display: none !important;
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
