import { css } from 'lit';

export const styles = css`
  .field {
    display: grid;
    grid-template-columns: minmax(6em, 1fr) minmax(calc(10 * var(--unit)), 1.3fr);
    gap: 0 calc(1 * var(--unit));
    align-items: baseline;
    padding: calc(0.5 * var(--unit)) 0 calc(0.4 * var(--unit));
  }

  .field[data-marked] {
    margin-left: calc(-0.8 * var(--unit));
    padding-left: calc(0.8 * var(--unit) - 3px);
    border-left: 3px solid var(--accent, var(--ink));
  }

  .field.chips,
  .field.many {
    grid-template-columns: 1fr;
  }

  /* Names of files are long. */
  .field.source {
    grid-template-columns: minmax(6em, 1fr) minmax(calc(10 * var(--unit)), 2.2fr);
  }

  label {
    font-weight: 500;
  }

  .control {
    display: flex;
    gap: calc(0.4 * var(--unit));
    align-items: baseline;
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }

  .field[data-fixed] {
    color: var(--ink-2);
  }

  .field[data-fixed] :is(input[type='text'], select, .segments) {
    background: none;
    border-color: var(--rule);
    cursor: default;
  }

  .field[data-fixed] .segments :is(label, input),
  .field[data-fixed] .toggles button {
    cursor: default;
  }

  .field[data-fixed] .segments input:checked + span,
  .field[data-fixed] .toggles button[aria-pressed='true'] {
    border-color: var(--rule-strong);
    background: var(--rule);
    color: var(--ink);
  }

  .unit {
    flex: none;
    min-width: 3.2em;
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .help {
    grid-column: 1 / -1;
    color: var(--ink-2);
    font-size: var(--size-small);
    line-height: 1.4;
  }

  .range {
    white-space: nowrap;
  }

  .field:not(:focus-within, [data-wrong]) .range {
    visibility: var(--limits, visible);
  }

  .range::before {
    content: '· ';
  }

  input[type='text'],
  select {
    width: 100%;
    min-width: 0;
    padding: calc(0.2 * var(--unit)) calc(0.45 * var(--unit));
    border: 1px solid var(--rule-strong);
    border-radius: 3px;
    background: var(--raised);
  }

  .number input {
    text-align: right;
  }

  select {
    padding-block: calc(0.26 * var(--unit));
  }

  .sources {
    flex: 1;
    min-width: 0;
    border-radius: 3px;
  }

  .sources[data-over] {
    outline: 2px dashed var(--focus);
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
    flex: 1 1 auto;
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
    padding: calc(0.2 * var(--unit)) calc(0.3 * var(--unit));
  }

  @media (pointer: coarse) {
    .segments label {
      display: grid;
    }

    .segments span {
      display: grid;
      place-content: center;
    }
  }

  .many .segments span {
    padding-inline: calc(0.35 * var(--unit));
    font-size: var(--size-note);
    white-space: nowrap;
  }

  .segments input:checked + span {
    background: var(--accent, var(--ink));
    color: var(--paper);
  }

  .segments label:focus-within {
    outline: 2px solid var(--focus);
    outline-offset: -2px;
  }

  .toggle .control {
    justify-content: flex-end;
  }

  .toggle input {
    width: calc(1.05 * var(--unit));
    height: calc(1.05 * var(--unit));
    accent-color: var(--accent, var(--ink));
  }

  .toggles {
    display: flex;
    flex-wrap: wrap;
    gap: calc(0.35 * var(--unit));
    padding: calc(0.25 * var(--unit)) 0;
  }

  .toggles button {
    padding: calc(0.08 * var(--unit)) calc(0.6 * var(--unit));
    border: 1px solid var(--rule-strong);
    border-radius: 1em;
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .toggles button[aria-pressed='true'] {
    border-color: var(--accent, var(--ink));
    background: var(--accent, var(--ink));
    color: var(--paper);
  }

  .note {
    grid-column: 1 / -1;
    display: flex;
    flex-wrap: wrap;
    gap: calc(0.1 * var(--unit)) calc(1 * var(--unit));
    align-items: center;
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .note button:not(.link) {
    display: inline-flex;
    gap: 0.35em;
    align-items: center;
    text-align: left;
  }

  .note button:not(.link):hover b {
    text-decoration: underline;
  }

  .note .back {
    font-size: 1.2em;
    line-height: 1;
    text-decoration: none;
  }

  .taking {
    grid-column: 1 / -1;
    display: flex;
    flex-wrap: wrap;
    gap: calc(0.1 * var(--unit)) var(--space-3);
    align-items: center;
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .taking progress {
    flex: 1 1 6em;
    height: calc(0.5 * var(--unit));
    accent-color: var(--seal);
  }

  /* Told to whoever is about to choose. */
  .own {
    grid-column: 1 / -1;
    color: var(--ink-2);
    font-size: var(--size-small);
    line-height: 1.4;
  }

  .problems {
    grid-column: 1 / -1;
    color: var(--seal-ink);
    font-size: var(--size-note);
    overflow-wrap: anywhere;
  }

  .field[data-wrong] input[type='text'],
  .field[data-wrong] select {
    border-color: var(--seal-ink);
    box-shadow: 0 0 0 1px var(--seal-ink);
  }
`;
