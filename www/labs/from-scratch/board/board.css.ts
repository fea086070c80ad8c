import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    margin-top: 1.3rem;
  }

  .runs {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr));
    gap: 1.2rem 2rem;
  }

  .above {
    height: 1.5rem;
  }

  h3 {
    display: flex;
    gap: 0.8em;
    align-items: baseline;
    font-size: 1rem;
    font-weight: 600;
  }

  h3 small {
    color: var(--ink-2);
    font-size: var(--size-note);
    font-weight: 400;
  }

  .sheet {
    box-sizing: border-box;
    width: 100%;
    height: 15rem;
    overflow: auto;
    margin-top: 0.5rem;
    padding: 0.9rem 1.1rem;
    border: 1px solid var(--rule-strong);
    background: var(--raised);
    font-family: var(--serif);
    font-size: 1.15rem;
    line-height: 1.7;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  /* As many whole columns as there is room for. */
  .columns {
    display: grid;
    grid-template-columns: repeat(auto-fill, 2em);
    font-size: 1.15rem;
  }

  .sheet[data-vertical] {
    grid-column: 1 / -1;
    padding-inline: 0.9rem;
    padding-block: 0;
    writing-mode: vertical-rl;
    letter-spacing: 0.14em;
    line-height: 2;
    background-image: repeating-linear-gradient(to left, transparent 0 calc(2em - 1px), var(--rule) calc(2em - 1px) 2em);
    background-attachment: local;
  }

  .empty {
    color: var(--ink-2);
    font-family: var(--sans);
    font-size: 1rem;
  }

  .time {
    display: flex;
    gap: 0.8em;
    align-items: center;
    margin-top: 0.9rem;
    color: var(--ink-2);
    font-size: 0.95rem;
  }

  .time[data-empty] {
    visibility: hidden;
  }

  .time input {
    flex: 1;
    accent-color: var(--seal);
  }

  @media print {
    .time {
      display: none;
    }

    .sheet {
      height: auto;
      min-height: 8rem;
    }
  }
`;
