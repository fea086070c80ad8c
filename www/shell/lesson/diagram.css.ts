import { css } from 'lit';

/** What the diagrams of lessons look alike in: 400 units wide, about a pixel each where they stand beside the question. */
export const diagram = css`
  svg {
    display: block;
    width: 100%;
    max-width: 28rem;
    height: auto;
    margin-inline: auto;
    overflow: visible;
  }

  text {
    fill: var(--ink);
    font-family: var(--sans);
    font-size: 16px;
    text-anchor: middle;
  }

  .sign {
    font-family: var(--serif);
    font-size: 21px;
    font-style: italic;
  }

  .note {
    fill: var(--ink-2);
  }

  .start {
    text-anchor: start;
  }

  .end {
    text-anchor: end;
  }

  .on-colour {
    fill: var(--on-seal);
  }

  .frozen {
    fill: var(--pane);
    stroke: var(--ink-3);
  }

  .learns {
    fill: var(--seal);
  }

  .learning-text {
    fill: var(--seal-ink);
  }

  .hatch {
    stroke: var(--rule-strong);
  }

  .wire {
    fill: none;
    stroke: var(--ink-2);
    stroke-width: 1.75;
  }

  .tip {
    fill: var(--ink-2);
  }

  .moves {
    transition:
      width 0.3s,
      height 0.3s,
      x 0.3s,
      y 0.3s,
      fill 0.3s;
  }

  p {
    padding-top: var(--space-2);
    color: var(--ink-2);
    font-size: var(--size-note);
    text-align: center;
    text-wrap: balance;
  }

  /* Where it stands, a page may have it keep still. */
  svg * {
    animation-play-state: var(--diagram-motion, running) !important;
  }

  @media (prefers-reduced-motion: reduce) {
    .moves {
      transition: none;
    }
  }
`;
