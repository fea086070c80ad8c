import { css } from 'lit';

export const styles = css`
  main {
    container-type: inline-size;
    max-width: 84rem;
    margin: 0 auto;
    padding: 0 clamp(1rem, 2.6vw, 3rem) 4rem;
    outline: none;
  }

  .opening {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 26rem);
    gap: var(--space-4) var(--space-6);
    align-items: center;
    padding-block: var(--space-5) var(--space-4);
  }

  .where {
    color: var(--ink-2);
  }

  h1 {
    max-width: 22em;
    padding-block: var(--space-2);
    font-family: var(--heading);
    font-size: clamp(1.6rem, 1.1rem + 1.6vw, 2.5rem);
    font-weight: 600;
    line-height: 1.25;
    text-wrap: balance;
    outline-offset: 4px;
  }

  .stakes {
    max-width: 38em;
    font-size: calc(1.1 * var(--unit));
    line-height: 1.6;
    text-wrap: pretty;
  }

  .bench {
    display: grid;
    grid-template-columns: minmax(15rem, 19rem) minmax(0, 1fr);
    gap: var(--space-3) var(--space-5);
    align-items: start;
    padding-block: var(--space-2) var(--space-4);
  }

  .hint,
  .changed {
    padding-top: var(--space-2);
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .hero {
    min-width: 0;
  }

  tinyai-loss-chart {
    --chart-height: clamp(16rem, calc(100vh - 25rem), 30rem);
  }

  .run {
    padding-block: 0;
  }

  .run h2 {
    padding-top: var(--space-4);
  }

  /* While something runs, its bar stays in sight to the end of the lesson. */
  .run[data-busy] {
    display: contents;
  }

  tinyai-control-bar {
    position: sticky;
    top: 0;
    z-index: 3;
    background: var(--paper);
  }

  .next {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-4);
    align-items: center;
    padding-block: var(--space-3);
  }

  .next .primary {
    display: inline-flex;
    align-items: center;
    text-decoration: none;
  }

  details.fold {
    border-top: 1px solid var(--rule-strong);
  }

  details.fold > summary {
    display: flex;
    align-items: center;
    min-height: max(3em, var(--target));
    font-family: var(--heading);
    font-size: calc(1.15 * var(--unit));
    font-weight: 600;
    cursor: pointer;
  }

  details.fold > summary::before {
    content: '+';
    width: 1.3em;
    color: var(--seal-ink);
  }

  details.fold[open] > summary::before {
    content: '−';
  }

  .drawer {
    max-width: 34rem;
    padding-bottom: var(--space-4);
  }

  .figure {
    display: block;
    padding-bottom: var(--space-5);
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-4);
    padding-top: var(--space-4);
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  @container (max-width: 860px) {
    .opening,
    .bench {
      grid-template-columns: minmax(0, 1fr);
    }
  }

  /* On a narrow screen the figure comes before what can be changed. */
  @container (max-width: 860px) {
    .bench .settings {
      order: 1;
    }
  }

  /* Before a hall: the figure alone, as large as can be. */
  :host([present]) :is(.settings, .actions, details.fold) {
    display: none;
  }

  :host([present]) .bench {
    grid-template-columns: minmax(0, 1fr);
  }

  :host([present]) [data-block] {
    scroll-margin-top: var(--space-3);
  }

  @media print {
    .settings,
    .next,
    .actions,
    details.fold:not([open]) {
      display: none;
    }
  }
`;
