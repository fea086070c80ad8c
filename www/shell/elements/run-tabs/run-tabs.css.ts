import { css } from 'lit';

export const styles = css`
  .columns {
    display: flex;
    flex-wrap: wrap;
    align-items: stretch;
  }

  .column {
    flex: 1 1 6.6rem;
    min-width: 0;
    border: 1px solid transparent;
    border-bottom: 1px solid var(--rule-strong);
    border-radius: 3px 3px 0 0;
  }

  .base {
    flex: 0 0 auto;
  }

  .column[data-selected] {
    border-color: var(--rule-strong);
    border-bottom-color: transparent;
    background: var(--raised);
    box-shadow: inset 0 3px 0 var(--run, var(--ink));
  }

  .pick {
    display: flex;
    flex-direction: column;
    gap: 0.15rem;
    width: 100%;
    height: 100%;
    padding: 0.6rem 0.75rem 0.6rem;
    text-align: left;
  }

  .name {
    display: flex;
    gap: 0.45rem;
    align-items: center;
    color: var(--run, var(--ink));
    font-weight: 600;
    overflow-wrap: anywhere;
  }

  .name svg {
    flex: none;
  }

  .changes {
    display: flex;
    flex-direction: column;
    color: var(--ink-2);
    font-size: var(--size-small);
    line-height: 1.4;
  }

  .changes b {
    color: var(--ink);
    font-weight: 600;
  }

  .add {
    flex: none;
    width: 2.4rem;
    border-bottom: 1px solid var(--rule-strong);
    color: var(--ink-2);
    font-size: 1.4rem;
    line-height: 1;
  }

  .add:hover {
    color: var(--seal-ink);
  }
`;
