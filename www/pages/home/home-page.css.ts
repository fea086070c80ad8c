import { css } from 'lit';

export const styles = css`
  main {
    max-width: 84rem;
    margin: 0 auto;
    padding: 0 clamp(1rem, 2.6vw, 3rem) var(--space-6);
    outline: none;
  }

  .hero {
    display: grid;
    grid-template-columns: minmax(0, 5fr) minmax(0, 6fr);
    gap: var(--space-4) var(--space-6);
    align-items: start;
    padding-block: var(--space-5);
  }

  h1 {
    padding-block: var(--space-2) var(--space-3);
    font-family: var(--heading);
    font-size: clamp(1.7rem, 1.1rem + 2vw, 2.8rem);
    font-weight: 600;
    line-height: 1.25;
    text-wrap: balance;
  }

  .lead {
    max-width: 34em;
    font-size: calc(1.12 * var(--unit));
    line-height: 1.65;
    text-wrap: pretty;
  }

  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-4);
    align-items: center;
    padding-block: var(--space-4) var(--space-2);
  }

  .ways .primary {
    display: inline-flex;
    align-items: center;
    min-height: max(2.6em, var(--target));
    padding-inline: var(--space-4);
    text-decoration: none;
  }

  .caption {
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .try {
    /* Room for the sheet before the lab is there: nothing below moves. */
    min-height: calc(32 * var(--unit));
  }

  h2 {
    padding-bottom: var(--space-3);
    border-top: 1px solid var(--ink);
    padding-top: var(--space-3);
    font-family: var(--heading);
    font-size: calc(1.3 * var(--unit));
    font-weight: 600;
  }

  .cards {
    display: grid;
    grid-template-columns: repeat(3, minmax(0, 1fr));
    gap: var(--space-4);
  }

  .cards li {
    display: flex;
    flex-direction: column;
    gap: var(--space-2);
  }

  .card {
    display: flex;
    flex: 1;
    flex-direction: column;
    gap: var(--space-1);
    padding: var(--space-3) var(--space-4) var(--space-4);
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
    background: var(--raised);
    color: inherit;
    text-decoration: none;
  }

  a.card:hover {
    border-color: var(--seal-ink);
  }

  .workbench {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.6em;
    align-items: center;
    min-height: var(--target);
    padding: var(--space-1) var(--space-4);
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
    background: var(--raised);
    color: inherit;
    text-decoration: none;
  }

  .workbench:hover {
    border-color: var(--seal-ink);
  }

  .workbench b {
    font-weight: 600;
  }

  .workbench span {
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  /* What there is nothing of yet is no larger than its words. */
  div.card {
    flex: none;
    border-style: dashed;
    background: none;
  }

  .number {
    color: var(--seal-ink);
    font-family: var(--serif);
  }

  h3 {
    font-family: var(--heading);
    font-size: calc(1.15 * var(--unit));
    font-weight: 600;
  }

  .card p {
    color: var(--ink-2);
  }

  .card svg {
    width: 100%;
    max-width: 18rem;
    height: auto;
    margin-block: auto var(--space-1);
    padding-top: var(--space-3);
  }

  .line {
    fill: none;
    stroke: var(--run-0);
    stroke-width: 2.5;
  }

  .beside {
    stroke: var(--ink-3);
    stroke-dasharray: 5 4;
  }

  .card .about {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-3);
    font-size: var(--size-note);
  }

  .progress {
    display: flex;
    gap: 3px;
    height: 4px;
    margin-top: var(--space-1);
  }

  .progress span {
    flex: 1;
    background: var(--rule);
  }

  .progress span[data-done] {
    background: var(--seal);
  }

  @media (max-width: 1000px) {
    .cards {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }

  @media (max-width: 620px) {
    .cards {
      grid-template-columns: minmax(0, 1fr);
    }
  }

  h1 span {
    display: inline-block;
  }

  @media (max-width: 900px) {
    .hero {
      grid-template-columns: minmax(0, 1fr);
      padding-block: var(--space-3);
    }
  }
`;
