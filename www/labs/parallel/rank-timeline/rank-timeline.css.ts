import { css } from 'lit';

export const styles = css`
  figure {
    position: relative;
  }

  .patterns {
    position: absolute;
  }

  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: 0.3rem 1.2rem;
    align-items: center;
    font-size: 0.87rem;
  }

  .key {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2rem 1rem;
    color: var(--ink-2);
  }

  .key li {
    display: flex;
    gap: 0.4em;
    align-items: center;
    white-space: nowrap;
  }

  .key svg {
    width: 1.9rem;
    height: 0.95rem;
  }

  .zoom {
    display: flex;
    gap: 0.3rem;
    margin-left: auto;
  }

  .zoom button {
    min-width: 2rem;
    padding: 0.1rem 0.6rem;
    border: 1px solid var(--rule-strong);
    border-radius: 4px;
    color: var(--ink-2);
    white-space: nowrap;
  }

  .zoom button:hover:enabled {
    border-color: var(--ink);
    color: var(--ink);
  }

  .zoom button:disabled {
    opacity: 0.5;
  }

  .bubbles {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1.4rem;
    margin-left: auto;
  }

  .caption p:not(.bubbles) {
    flex: 1 1 18rem;
  }

  .caption .bubbles {
    color: var(--ink);
    font-size: 1.05rem;
    font-weight: 600;
  }

  .other {
    padding-bottom: 0.4rem;
    color: var(--ink-2);
    font-size: 0.9rem;
  }

  .plot {
    margin-top: 0.5rem;
    cursor: crosshair;
    touch-action: pan-y;
    user-select: none;
    -webkit-user-select: none;
  }

  .plot > svg {
    display: block;
    overflow: visible;
  }

  text {
    fill: var(--ink);
    font-size: 0.84rem;
  }

  .rank {
    font-weight: 600;
  }

  .faint {
    fill: var(--ink-2);
    font-size: 0.8rem;
  }

  .grid {
    stroke: var(--rule);
  }

  .between {
    stroke: var(--rule-strong);
  }

  /* Idle: nothing but the line that time goes along. */
  .flow {
    stroke: var(--rule-strong);
    stroke-dasharray: 1 3;
  }

  .between-actions {
    stroke: var(--paper);
    stroke-width: 1.5;
  }

  .next {
    fill: none;
    stroke: var(--seal-ink);
    stroke-width: 3;
  }

  .end {
    stroke: var(--ink-2);
    stroke-dasharray: 4 3;
  }

  .mark {
    font-size: 0.93rem;
    font-weight: 600;
    text-anchor: middle;
    paint-order: stroke;
    stroke-width: 3.5px;
    stroke-linejoin: round;
    pointer-events: none;
  }

  .mark.update {
    fill: var(--paper);
  }

  .dragged {
    fill: var(--seal);
    opacity: 0.14;
  }

  .point {
    min-height: 1.5em;
    padding-top: 0.15rem;
    color: var(--ink-2);
    font-size: 0.87rem;
  }

  .point b {
    color: var(--ink);
    font-weight: 600;
  }

  details {
    padding-top: 0.2rem;
    font-size: 0.87rem;
  }

  summary {
    color: var(--ink-2);
    cursor: pointer;
  }

  .scroll {
    overflow-x: auto;
  }

  table {
    width: 100%;
    border-collapse: collapse;
  }

  th,
  td {
    padding: 0.25rem 1rem 0.25rem 0;
    text-align: left;
    vertical-align: baseline;
    white-space: nowrap;
  }

  thead th {
    color: var(--ink-2);
    font-weight: 400;
  }

  tbody tr {
    border-top: 1px solid var(--rule);
  }

  .order {
    min-width: 16rem;
    color: var(--ink-2);
    white-space: normal;
  }

  .empty {
    padding: 1.5rem 0;
    color: var(--ink-2);
    font-family: var(--serif);
    font-size: 1.15rem;
  }

  @media print {
    .zoom,
    .point,
    details {
      display: none;
    }

    .plot {
      min-height: 0 !important;
    }

    .plot > svg {
      width: 100%;
      height: auto;
    }
  }
`;
