import { css } from 'lit';

export const styles = css`
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-4);
    align-items: center;
    padding: var(--space-3) 0;
    border-bottom: 1px solid var(--ink);
  }

  input[type='search'] {
    flex: 0 1 26em;
    min-width: 12em;
    padding: 0.25em 0.6em;
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
    background: var(--raised);
  }

  .count {
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .files {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-3);
    margin-left: auto;
  }

  li + li {
    border-top: 1px solid var(--rule);
  }

  .removed {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-3);
    padding: var(--space-2) var(--space-3);
    background: var(--pane);
  }

  .removed + .removed {
    border-top: 1px solid var(--rule);
  }

  .none {
    padding: var(--space-4) 0;
    color: var(--ink-2);
  }

  .empty {
    max-width: 40em;
    margin-top: clamp(1.6rem, 7vh, 4rem);
    font-family: var(--serif);
    font-size: 1.3rem;
    line-height: 1.65;
    text-wrap: pretty;
  }

  .labs {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-4);
    margin-top: var(--space-4);
  }

  .labs a {
    display: inline-flex;
    align-items: center;
    min-height: var(--target);
    color: var(--seal-ink);
    font-weight: 600;
  }

  .space {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-3);
    padding: var(--space-4) 0;
    border-top: 1px solid var(--rule);
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  @media print {
    .tools,
    .space,
    .removed {
      display: none;
    }
  }
`;
