import { css } from 'lit';

export const styles = css`
  nav {
    display: flex;
    gap: 1.1rem;
    align-items: baseline;
    padding: 0.35rem 0 0.45rem;
    border-top: 1px solid var(--rule);
    font-size: 0.93rem;
  }

  #lessons {
    flex: none;
    color: var(--ink-2);
  }

  ol {
    display: flex;
    flex-wrap: wrap;
    gap: 0.1rem 1.1rem;
  }

  nav button {
    padding: 0.1rem 0;
    border-bottom: 2px solid transparent;
    font-family: var(--serif);
    font-size: 1rem;
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
    font-size: 0.9em;
  }

  article {
    padding: 0.8rem 1.1rem 0.9rem;
    border: 1px solid var(--rule);
    border-radius: 4px;
    background: var(--pane);
  }

  h2 {
    font-family: var(--serif);
    font-size: 1.2rem;
    font-weight: 600;
  }

  .text,
  .watch {
    max-width: 62em;
    padding-top: 0.3rem;
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
    gap: 0.4rem 0.6rem;
    align-items: baseline;
    padding-top: 0.7rem;
  }

  .setups button:not(.link) {
    padding: 0.25rem 0.9rem;
    border: 1px solid var(--ink);
    border-radius: 4px;
    background: var(--paper);
  }

  .setups button[aria-pressed='true'] {
    background: var(--ink);
    color: var(--paper);
  }

  .setups .link {
    margin-left: auto;
    font-size: 0.9rem;
  }
`;
