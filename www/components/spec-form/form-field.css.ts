import { css } from 'lit';

export const styles = css`
  .field {
    display: grid;
    grid-template-columns: minmax(6em, 1fr) minmax(10rem, 1.3fr);
    gap: 0 1rem;
    align-items: baseline;
    padding: 0.5rem 0 0.4rem;
  }

  .field[data-differs] {
    margin-left: -0.8rem;
    padding-left: calc(0.8rem - 3px);
    border-left: 3px solid var(--run);
  }

  .field.chips,
  .field.many {
    grid-template-columns: 1fr;
  }

  label {
    font-weight: 500;
  }

  .control {
    display: flex;
    gap: 0.4rem;
    align-items: baseline;
    min-width: 0;
  }

  .unit {
    flex: none;
    min-width: 3.2em;
    color: var(--ink-2);
    font-size: 0.84rem;
  }

  .help {
    grid-column: 1 / -1;
    color: var(--ink-2);
    font-size: 0.82rem;
    line-height: 1.4;
  }

  .range {
    white-space: nowrap;
  }

  .range::before {
    content: '· ';
  }

  input[type='text'],
  select {
    width: 100%;
    min-width: 0;
    padding: 0.2rem 0.45rem;
    border: 1px solid var(--rule-strong);
    border-radius: 3px;
    background: var(--raised);
  }

  .number input {
    text-align: right;
  }

  select {
    padding-block: 0.26rem;
  }

  .source {
    flex: 1;
    min-width: 0;
    border-radius: 3px;
  }

  .source[data-over] {
    outline: 2px dashed var(--seal-ink);
    outline-offset: 2px;
  }

  .segments {
    display: flex;
    flex: 1;
    border: 1px solid var(--rule-strong);
    border-radius: 3px;
    background: var(--raised);
    overflow: hidden;
  }

  .segments label {
    flex: 1;
    position: relative;
    font-weight: 400;
    text-align: center;
    cursor: pointer;
  }

  .segments label + label {
    border-left: 1px solid var(--rule-strong);
  }

  .segments input {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }

  .segments span {
    display: block;
    padding: 0.2rem 0.3rem;
  }

  .many .segments span {
    padding-inline: 0.15rem;
    font-size: 0.95rem;
    white-space: nowrap;
  }

  .segments input:checked + span {
    background: var(--run);
    color: var(--paper);
  }

  .segments label:focus-within {
    outline: 2px solid var(--seal-ink);
    outline-offset: -2px;
  }

  .toggle .control {
    justify-content: flex-end;
  }

  .toggle input {
    width: 1.05rem;
    height: 1.05rem;
    accent-color: var(--run);
  }

  .toggles {
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem;
    padding: 0.25rem 0;
  }

  .toggles button {
    padding: 0.08rem 0.6rem;
    border: 1px solid var(--rule-strong);
    border-radius: 1em;
    color: var(--ink-2);
    font-size: 0.9rem;
  }

  .toggles button[aria-pressed='true'] {
    border-color: var(--run);
    background: var(--run);
    color: var(--paper);
  }

  .file,
  .diff {
    grid-column: 1 / -1;
    display: flex;
    flex-wrap: wrap;
    gap: 0.1rem 1rem;
    color: var(--ink-2);
    font-size: 0.82rem;
  }

  .diff .link {
    font-size: 1rem;
    line-height: 1;
    text-decoration: none;
  }

  /* Told to whoever is about to choose. */
  .own {
    display: none;
    grid-column: 1 / -1;
    color: var(--ink-2);
    font-size: 0.82rem;
    line-height: 1.4;
  }

  .field:focus-within .own {
    display: block;
  }

  .exception {
    display: inline-flex;
    gap: 0.35em;
    align-items: center;
    text-align: left;
  }

  .exception:hover b {
    text-decoration: underline;
  }

  .problems {
    grid-column: 1 / -1;
    color: var(--seal-ink);
    font-size: 0.87rem;
  }

  .field[data-wrong] input[type='text'],
  .field[data-wrong] select {
    border-color: var(--seal-ink);
    box-shadow: 0 0 0 1px var(--seal-ink);
  }
`;
