import { css } from 'lit';

export const styles = css`
  :host {
    padding-top: var(--space-3);
  }

  .head {
    display: flex;
    gap: var(--unit);
    align-items: baseline;
    justify-content: space-between;
    padding-bottom: calc(0.2 * var(--unit));
    border-bottom: 1px solid var(--rule);
  }

  h2 {
    font-family: var(--heading);
    font-size: calc(1.3 * var(--unit));
    font-weight: 600;
  }

  output {
    font-family: var(--serif);
    font-size: calc(1.1 * var(--unit));
  }

  .axes {
    display: flex;
    gap: calc(0.4 * var(--unit));
    align-items: end;
    padding-top: calc(0.7 * var(--unit));
  }

  .times {
    padding-bottom: calc(0.3 * var(--unit));
    color: var(--ink-2);
  }

  .axis {
    flex: 1 1 0;
    min-width: 0;
    max-width: calc(9 * var(--unit));
  }

  .axis label {
    display: block;
    padding-bottom: calc(0.1 * var(--unit));
    font-size: var(--size-note);
    font-weight: 500;
  }

  .problems {
    color: var(--seal-ink);
    font-size: var(--size-note);
  }

  .problems p,
  .remedy {
    padding-top: calc(0.4 * var(--unit));
  }

  .remedy button {
    text-align: left;
  }

  tinyai-mesh-drawing,
  .alone {
    margin-top: calc(0.9 * var(--unit));
  }

  .label {
    padding: calc(0.9 * var(--unit)) 0 calc(0.3 * var(--unit));
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .presets {
    display: flex;
    flex-wrap: wrap;
    gap: calc(0.35 * var(--unit));
  }

  .presets button {
    padding: calc(0.1 * var(--unit)) calc(0.65 * var(--unit));
    border: 1px solid var(--rule-strong);
    border-radius: 1em;
    color: var(--ink-2);
    font-size: var(--size-note);
    white-space: nowrap;
  }

  .presets button:hover {
    border-color: var(--ink);
  }

  .presets button[aria-pressed='true'] {
    border-color: var(--ink);
    background: var(--ink);
    color: var(--paper);
  }
`;
