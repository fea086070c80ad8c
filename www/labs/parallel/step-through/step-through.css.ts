import { css } from 'lit';

export const styles = css`
  section {
    margin-top: calc(1.1 * var(--unit));
    padding-bottom: calc(0.6 * var(--unit));
  }

  /* The button stays beside what it is about. */
  .caption p {
    flex: 1 1 calc(14 * var(--unit));
  }

  .all {
    flex: none;
    margin-left: auto;
    padding: calc(0.3 * var(--unit)) var(--unit);
    border-radius: var(--corner);
    background: var(--seal);
    color: var(--on-seal);
    font-weight: 600;
  }

  .all[aria-disabled='true'] {
    opacity: 0.5;
  }

  .ranks {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, calc(26 * var(--unit))), 1fr));
    gap: var(--space-3);
  }

  article {
    min-width: 0;
    padding: calc(0.6 * var(--unit)) var(--space-3) calc(0.7 * var(--unit));
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
    background: var(--raised);
  }

  h3 {
    display: flex;
    gap: calc(0.6 * var(--unit));
    align-items: baseline;
    margin: 0;
    font-family: var(--heading);
    font-size: calc(1.05 * var(--unit));
    font-weight: 600;
  }

  h3 span {
    color: var(--ink-2);
    font-family: var(--sans);
    font-size: var(--size-note);
    font-weight: 400;
  }

  .total {
    margin-left: auto;
  }

  /* Room for two lines: what comes next may be long, and nothing is to move. */
  .next {
    display: flex;
    gap: var(--space-3);
    align-items: center;
    justify-content: space-between;
    min-height: 3.2em;
    font-size: calc(1.02 * var(--unit));
    line-height: 1.4;
  }

  .label {
    color: var(--seal-ink);
    font-size: var(--size-note);
  }

  [data-busy] .next {
    color: var(--ink-2);
  }

  .next button {
    flex: none;
    padding: calc(0.2 * var(--unit)) calc(0.9 * var(--unit));
    border: 1px solid var(--ink);
    border-radius: var(--corner);
    font-size: calc(0.95 * var(--unit));
    font-weight: 600;
  }

  .next button[aria-disabled='true'] {
    border-color: var(--rule-strong);
    color: var(--ink-2);
  }

  .scroll {
    overflow-x: auto;
  }

  table {
    width: 100%;
    border-collapse: separate;
    border-spacing: 2px;
    table-layout: fixed;
    font-size: var(--size-small);
  }

  th {
    padding: calc(0.1 * var(--unit)) calc(0.3 * var(--unit)) calc(0.1 * var(--unit)) 0;
    color: var(--ink-2);
    font-weight: 400;
    text-align: left;
  }

  thead th + th {
    text-align: center;
  }

  th:first-child {
    width: calc(7.5 * var(--unit));
  }

  td {
    width: calc(4.4 * var(--unit));
    height: calc(1.9 * var(--unit));
    padding: calc(0.1 * var(--unit));
    border: 1px dashed var(--rule);
    text-align: center;
    white-space: nowrap;
  }

  td span {
    display: block;
    font-weight: 600;
  }

  /* The colours and patterns of the timeline: what a forward takes and leaves, what a backward takes, what is left for later. */
  td.input {
    border: 1px solid var(--forward);
    background: repeating-linear-gradient(90deg, var(--forward-tint) 0 5px, var(--raised) 5px 6px);
  }

  td.activations {
    border: 1px solid var(--forward);
    background: var(--forward-tint);
  }

  td.output_gradient {
    border: 1px solid var(--backward);
    background: repeating-linear-gradient(135deg, var(--backward-tint) 0 5px, var(--backward) 5px 5.4px);
  }

  td.weight_gradients {
    border: 1px solid var(--weight-gradients);
    background: repeating-linear-gradient(0deg, var(--weight-gradients-tint) 0 5px, var(--weight-gradients) 5px 5.4px);
  }
`;
