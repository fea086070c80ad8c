/** What the components' styles have in common. */
import { css } from 'lit';

export const shared = css`
  :host {
    display: block;
    box-sizing: border-box;
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
    margin-bottom: 0.7rem;
    padding-top: 0.55rem;
    border-top: 1px solid var(--ink);
  }

  .caption .number {
    color: var(--seal-ink);
    font-family: var(--serif);
    font-size: 0.9rem;
  }

  .caption h2 {
    font-family: var(--serif);
    font-size: 1.12rem;
    font-weight: 600;
    line-height: 1.4;
  }

  .caption p {
    color: var(--ink-2);
    font-size: 0.87rem;
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
