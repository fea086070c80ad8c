import { css } from 'lit';

export const styles = css`
  nav {
    display: flex;
    gap: calc(1.1 * var(--unit));
    align-items: baseline;
    padding: calc(0.35 * var(--unit)) 0 calc(0.45 * var(--unit));
    border-top: 1px solid var(--rule);
    font-size: var(--size-note);
  }

  #lessons {
    flex: none;
    color: var(--ink-2);
  }

  ol {
    display: flex;
    flex-wrap: wrap;
    gap: calc(0.1 * var(--unit)) calc(1.1 * var(--unit));
  }

  nav button {
    padding: calc(0.1 * var(--unit)) 0;
    border-bottom: 2px solid transparent;
    font-family: var(--serif);
    font-size: var(--unit);
    white-space: nowrap;
  }

  nav button:hover {
    color: var(--seal-ink);
  }

  nav button[aria-expanded='true'] {
    border-color: var(--seal-ink);
  }

  .number {
    color: var(--seal-ink);
    font-size: var(--size-small);
  }

  article {
    padding: var(--space-3) calc(1.1 * var(--unit)) calc(0.9 * var(--unit));
    border: 1px solid var(--rule);
    border-radius: var(--corner);
    background: var(--pane);
  }

  h2 {
    font-family: var(--heading);
    font-size: calc(1.2 * var(--unit));
    font-weight: 600;
  }

  .text,
  .watch {
    max-width: 62em;
    padding-top: calc(0.3 * var(--unit));
    line-height: 1.6;
    text-wrap: pretty;
  }

  .watch b {
    margin-right: 0.4em;
    color: var(--seal-ink);
    font-weight: 600;
  }

  .setups {
    display: flex;
    flex-wrap: wrap;
    gap: calc(0.4 * var(--unit)) calc(0.6 * var(--unit));
    align-items: baseline;
    padding-top: calc(0.7 * var(--unit));
  }

  .setups button:not(.link) {
    padding: var(--space-1) calc(0.9 * var(--unit));
    border: 1px solid var(--ink);
    border-radius: var(--corner);
    background: var(--paper);
  }

  .setups button[aria-pressed='true'] {
    background: var(--ink);
    color: var(--paper);
  }

  .setups .link {
    margin-left: auto;
    font-size: var(--size-note);
  }
`;
