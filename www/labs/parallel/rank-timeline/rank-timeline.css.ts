import { css } from 'lit';

export const styles = css`
  .patterns {
    position: absolute;
  }

  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: calc(0.3 * var(--unit)) var(--space-4);
    align-items: center;
    font-size: var(--size-note);
  }

  .key {
    display: flex;
    flex-wrap: wrap;
    gap: calc(0.2 * var(--unit)) var(--unit);
    color: var(--ink-2);
  }

  .key li {
    display: flex;
    gap: 0.4em;
    align-items: center;
    white-space: nowrap;
  }

  .key svg {
    width: calc(1.9 * var(--unit));
    height: calc(0.95 * var(--unit));
  }

  .zoom {
    display: flex;
    gap: calc(0.3 * var(--unit));
    margin-left: auto;
  }

  .zoom button {
    min-width: var(--space-5);
    padding: calc(0.1 * var(--unit)) calc(0.6 * var(--unit));
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
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

  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 0 calc(1.4 * var(--unit));
    align-items: baseline;
    margin-left: auto;
    font-size: calc(1.05 * var(--unit));
    font-weight: 600;
  }

  .facts small {
    color: var(--ink-2);
    font-size: var(--size-note);
    font-weight: 400;
  }

  .other {
    padding-bottom: calc(0.4 * var(--unit));
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .plot {
    position: relative;
    overflow: clip;
    margin-top: var(--space-2);
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
    font-size: var(--size-small);
  }

  .rank {
    font-weight: 600;
  }

  .faint {
    fill: var(--ink-2);
    font-size: var(--size-small);
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
    font-size: var(--size-note);
    font-weight: 600;
    text-anchor: middle;
    paint-order: stroke;
    stroke-width: 3.5px;
    stroke-linejoin: round;
    pointer-events: none;
  }

  /* Moved by an animation of its own: nothing is drawn again for it. */
  .playhead {
    position: absolute;
    left: -1px;
    width: 2px;
    background: var(--seal);
    pointer-events: none;
  }

  .dragged {
    fill: var(--seal);
    opacity: 0.14;
  }

  .point {
    min-height: 1.5em;
    padding-top: calc(0.15 * var(--unit));
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .point b {
    color: var(--ink);
    font-weight: 600;
  }

  details {
    padding-top: calc(0.2 * var(--unit));
    font-size: var(--size-note);
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
    padding: var(--space-1) var(--unit) var(--space-1) 0;
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
    min-width: calc(16 * var(--unit));
    color: var(--ink-2);
    white-space: normal;
  }

  .empty {
    padding: calc(1.5 * var(--unit)) 0;
    color: var(--ink-2);
    font-family: var(--serif);
    font-size: calc(1.15 * var(--unit));
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
