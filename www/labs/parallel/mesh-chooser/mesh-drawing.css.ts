import { css } from 'lit';

export const styles = css`
  :host {
    container-type: inline-size;
  }

  .replicas {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, calc(var(--tensor) * 7.6rem)), 1fr));
    gap: 0.6rem;
  }

  .replica {
    display: grid;
    grid-template-columns: repeat(var(--tensor), minmax(0, 1fr));
    gap: 0.35rem;
    align-content: start;
    min-width: 0;
  }

  .name {
    grid-column: 1 / -1;
    color: var(--ink-2);
    font-size: 0.84rem;
  }

  .rank {
    min-width: 0;
    padding: 0.35rem 0.5rem 0.4rem;
    border: 1px solid var(--rule-strong);
    border-radius: 4px;
    background: var(--raised);
  }

  .title {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.5rem;
    justify-content: space-between;
    font-size: 0.87rem;
  }

  .title span,
  .holds {
    color: var(--ink-2);
    font-size: 0.8rem;
    line-height: 1.4;
  }

  .amounts {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.9em;
  }

  .amounts span {
    min-width: 0;
    overflow-wrap: anywhere;
  }

  .strip {
    display: block;
    width: 100%;
    height: 0.8rem;
    margin: 0.2rem 0;
  }

  .segment {
    fill: var(--tone-4);
  }

  .held {
    fill: var(--tone-0);
  }

  .key {
    padding-top: 0.4rem;
    color: var(--ink-2);
    font-size: 0.8rem;
    line-height: 1.4;
  }

  .key b {
    color: var(--ink);
    font-weight: 600;
  }

  .empty {
    padding: 0.6rem 0;
    color: var(--ink-2);
    font-size: 0.9rem;
  }
`;
