import { css } from 'lit';

export const styles = css`
  .figures {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 1.8rem 2.2rem;
  }

  .wide {
    grid-column: 1 / -1;
  }

  .row + .row {
    margin-top: 0.75rem;
  }

  [data-past] {
    color: var(--ink-2);
    filter: grayscale(1);
  }

  .head {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.6rem;
    align-items: baseline;
    font-size: 0.95rem;
  }

  .head b {
    margin-left: auto;
    font-weight: 600;
  }

  .bar {
    display: flex;
    height: 0.75rem;
    margin: 0.2rem 0 0.15rem;
    background: var(--pane);
    box-shadow: inset 0 0 0 1px var(--rule);
  }

  .bar div {
    min-width: 1px;
    transition: width 0.2s;
  }

  .stacked {
    height: 1.15rem;
    box-shadow: none;
    background: none;
    gap: 1px;
  }

  .note,
  .parts {
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .parts {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1.2rem;
  }

  .parts li {
    display: flex;
    gap: 0.4em;
    align-items: center;
  }

  .parts i {
    width: 0.7em;
    height: 0.7em;
    box-shadow: 0 0 0 1px var(--rule-strong);
  }

  @media (prefers-reduced-motion: reduce) {
    .bar div {
      transition: none;
    }
  }

  @container (max-width: 560px) {
    .figures {
      grid-template-columns: minmax(0, 1fr);
    }
  }

  @media print {
    .row {
      break-inside: avoid;
    }
  }
`;
