import { css } from 'lit';

export const styles = css`
  section {
    padding-bottom: 0.6rem;
  }

  /* The button stays beside what it is about. */
  .caption p {
    flex: 1 1 14rem;
  }

  .all {
    flex: none;
    margin-left: auto;
    padding: 0.3rem 1rem;
    border-radius: 4px;
    background: var(--seal);
    color: var(--on-seal);
    font-weight: 600;
  }

  .all[aria-disabled='true'] {
    opacity: 0.5;
  }

  .ranks {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
    gap: 0.8rem;
  }

  article {
    min-width: 0;
    padding: 0.6rem 0.8rem 0.7rem;
    border: 1px solid var(--rule-strong);
    border-radius: 4px;
    background: var(--raised);
  }

  h3 {
    display: flex;
    gap: 0.6rem;
    align-items: baseline;
    margin: 0;
    font-family: var(--serif);
    font-size: 1.05rem;
    font-weight: 600;
  }

  h3 span {
    color: var(--ink-2);
    font-family: var(--sans);
    font-size: 0.87rem;
    font-weight: 400;
  }

  .total {
    margin-left: auto;
  }

  /* Room for two lines: what comes next may be long, and nothing is to move. */
  .next {
    display: flex;
    gap: 0.8rem;
    align-items: center;
    justify-content: space-between;
    min-height: 3.2em;
    font-size: 1.02rem;
    line-height: 1.4;
  }

  .label {
    color: var(--seal-ink);
    font-size: 0.87rem;
  }

  [data-busy] .next {
    color: var(--ink-2);
  }

  .next button {
    flex: none;
    padding: 0.2rem 0.9rem;
    border: 1px solid var(--ink);
    border-radius: 4px;
    font-size: 0.95rem;
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
    font-size: 0.8rem;
  }

  th {
    padding: 0.1rem 0.3rem 0.1rem 0;
    color: var(--ink-2);
    font-weight: 400;
    text-align: left;
  }

  thead th + th {
    text-align: center;
  }

  th:first-child {
    width: 7.5rem;
  }

  td {
    width: 4.4rem;
    height: 1.9rem;
    padding: 0.1rem;
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
    border: 1px solid var(--run-0);
    background: repeating-linear-gradient(90deg, var(--forward) 0 5px, var(--raised) 5px 6px);
  }

  td.activations {
    border: 1px solid var(--run-0);
    background: var(--forward);
  }

  td.output_gradient {
    border: 1px solid var(--backward-line);
    background: repeating-linear-gradient(135deg, var(--backward) 0 5px, var(--backward-line) 5px 5.4px);
  }

  td.weight_gradients {
    border: 1px solid var(--weight-line);
    background: repeating-linear-gradient(0deg, var(--weight) 0 5px, var(--weight-line) 5px 5.4px);
  }
`;
