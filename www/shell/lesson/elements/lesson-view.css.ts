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
    grid-template-rows: auto 1fr;
    gap: var(--space-4) var(--space-5);
    align-items: start;
    padding-top: var(--space-4);
  }

  /* Beside both the question and what is expected, so that Run is on the first screen. */
  .diagram {
    grid-row: span 2;
  }

  /* What is measured has the processor to itself. */
  .diagram[data-still] {
    --diagram-motion: paused;
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

  /* What a field may be is told to whoever types in it. */
  .controls {
    --limits: hidden;
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

    .diagram {
      grid-row: auto;
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

  :host([present]) {
    --heading-outline: none;
  }

  :host([present]) h1 {
    outline: none;
  }

  /* All blocks can come to the top of the screen. */
  :host([present]) .last {
    min-height: 100vh;
  }

  .keys {
    display: none;
  }

  :host([present]) .keys {
    display: block;
    position: fixed;
    right: var(--space-3);
    bottom: var(--space-3);
    z-index: 4;
    padding: var(--space-1) var(--space-3);
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
    background: var(--pane);
    font-size: var(--size-note);
    animation: told 10s forwards;
  }

  @keyframes told {
    80% {
      opacity: 1;
    }

    to {
      opacity: 0;
      visibility: hidden;
    }
  }

  :host([present]) .diagram {
    grid-row: auto;
  }

  :host([present]) tinyai-predict-block {
    grid-column: 1 / -1;
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
