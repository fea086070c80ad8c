import { css } from 'lit';

export const styles = css`
  .head {
    display: flex;
    gap: 1rem;
    align-items: baseline;
    justify-content: space-between;
    padding-bottom: 0.2rem;
    border-bottom: 1px solid var(--rule);
  }

  h2 {
    font-family: var(--serif);
    font-size: 1.3rem;
    font-weight: 600;
  }

  output {
    font-family: var(--serif);
    font-size: 1.1rem;
  }

  .axes {
    display: flex;
    gap: 0.4rem;
    align-items: end;
    padding-top: 0.7rem;
  }

  .times {
    padding-bottom: 0.3rem;
    color: var(--ink-2);
  }

  .axis {
    flex: 1 1 0;
    min-width: 0;
    max-width: 9rem;
  }

  .axis label {
    display: block;
    padding-bottom: 0.1rem;
    font-size: 0.9rem;
    font-weight: 500;
  }

  .problems {
    color: var(--seal-ink);
    font-size: 0.87rem;
  }

  .problems p {
    padding-top: 0.4rem;
  }

  mesh-drawing {
    margin-top: 0.9rem;
  }

  .label {
    padding: 0.9rem 0 0.3rem;
    color: var(--ink-2);
    font-size: 0.84rem;
  }

  .presets {
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem;
  }

  .presets button {
    padding: 0.1rem 0.65rem;
    border: 1px solid var(--rule-strong);
    border-radius: 1em;
    color: var(--ink-2);
    font-size: 0.9rem;
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
