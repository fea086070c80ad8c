import { css } from 'lit';

export const styles = css`
  section {
    display: flex;
    flex-wrap: wrap;
    gap: 0.8rem 3rem;
    align-items: center;
  }

  .words {
    flex: 1 1 20rem;
    max-width: 46rem;
  }

  h2 {
    font-family: var(--heading);
    font-size: 1.12rem;
    font-weight: 600;
    line-height: 1.4;
  }

  p {
    color: var(--ink-2);
    font-size: var(--size-note);
    text-wrap: pretty;
  }

  dl {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem clamp(1.4rem, 3vw, 2.4rem);
  }

  dt {
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  dd {
    color: var(--ink-2);
    font-size: var(--size-note);
    white-space: nowrap;
  }

  dd b {
    color: var(--ink);
    font-family: var(--heading);
    font-size: clamp(2rem, 1.4rem + 2.5vw, 2.6rem);
    font-weight: 600;
    line-height: 1.15;
  }
`;
