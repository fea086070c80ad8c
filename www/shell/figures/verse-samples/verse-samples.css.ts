import { css } from 'lit';

export const styles = css`
  .runs {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr));
    gap: 1.2rem 2.2rem;
  }

  h3 {
    font-size: 0.95rem;
  }

  .pair {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 0.8rem;
    margin-top: 0.25rem;
  }

  .sample {
    min-width: 0;
  }

  .stage {
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .sheet {
    --line: 1.86rem;
    width: 100%;
    /* A line of seven and seven characters with its punctuation stands in one column. */
    height: 20.8rem;
    overflow: auto;
    scrollbar-width: thin;
    padding: 0.6rem 0.7rem;
    border: 1px solid var(--thread);
    outline-offset: 2px;
    background: var(--raised);
    font-family: var(--verse);
    /* Every character has its square. */
    text-autospace: no-autospace;
    text-spacing-trim: space-all;
    font-size: 1.02rem;
    line-height: 1.65;
  }

  /* As many whole columns as there is room for. */
  .columns {
    display: grid;
    grid-template-columns: repeat(auto-fill, 1.86rem);
  }

  .columns .sheet {
    grid-column: 1 / -1;
  }

  .text {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  /* The red-ruled columns of a manuscript: one rule between two lines. */
  .sheet[data-vertical] {
    writing-mode: vertical-rl;
    padding: 0;
    border-width: 2px;
    font-size: 1.12rem;
    line-height: var(--line);
    letter-spacing: 0.06em;
    background-image: repeating-linear-gradient(to left, transparent 0 calc(var(--line) - 1px), var(--thread) calc(var(--line) - 1px) var(--line));
    background-attachment: local;
  }

  .sheet[data-vertical] .text {
    padding: 0.75rem 0;
    min-inline-size: 0;
  }

  .prompt {
    color: var(--seal-ink);
  }

  .before .text {
    color: var(--ink-2);
  }

  .blank {
    display: grid;
    place-items: center;
    border-style: dashed;
    background: none;
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  @container (max-width: 560px) {
    .pair {
      grid-template-columns: minmax(0, 1fr);
    }

    .sheet:not([data-vertical]) {
      height: auto;
      min-height: 6rem;
    }
  }

  @media print {
    article {
      break-inside: avoid;
    }

    .sheet {
      height: 17rem;
    }

    .sheet:not([data-vertical]) {
      height: auto;
    }
  }
`;
