import { css } from 'lit';

export const styles = css`
  :host {
    container-type: inline-size;
  }

  .figures {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: calc(1.8 * var(--unit)) calc(2.6 * var(--unit));
  }

  .row {
    display: grid;
    grid-template-columns: calc(5 * var(--unit)) minmax(0, 1fr) calc(5.6 * var(--unit));
    gap: var(--space-3);
    align-items: center;
    padding: calc(0.15 * var(--unit)) 0;
    font-size: var(--size-note);
  }

  .name {
    overflow-wrap: anywhere;
  }

  .row b {
    font-size: calc(1.05 * var(--unit));
    font-weight: 600;
    text-align: right;
    white-space: nowrap;
  }

  .track {
    height: calc(1.05 * var(--unit));
    background: var(--pane);
    box-shadow: inset 0 0 0 1px var(--rule);
  }

  .track div {
    height: 100%;
  }

  /* Told apart by pattern, too: what is not measured here is hatched or hollow. */
  .alone {
    background: var(--alone);
  }

  .measured {
    background: var(--own);
  }

  .predicted {
    background: repeating-linear-gradient(135deg, var(--own) 0 1.5px, transparent 1.5px 6px);
    box-shadow: inset 0 0 0 1.5px var(--own);
  }

  .ideal {
    box-shadow: inset 0 0 0 1.5px var(--ink-2);
  }

  .note {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-4);
    min-height: 1.5em;
    padding-top: var(--space-1);
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .note b {
    color: var(--ink);
    font-size: calc(0.95 * var(--unit));
    font-weight: 600;
  }

  /* Room for two, so that nothing moves when they come. */
  .suggestions {
    min-height: 6.2em;
    margin-top: var(--space-4);
    padding: calc(0.6 * var(--unit)) calc(0.9 * var(--unit));
    border-left: 4px solid var(--rule-strong);
    background: var(--pane);
    font-size: calc(0.95 * var(--unit));
  }

  .suggestions h3 {
    margin: 0;
    font-family: var(--heading);
    font-size: calc(1.02 * var(--unit));
    font-weight: 600;
  }

  .suggestions .none {
    color: var(--ink-2);
  }

  .suggestions li + li {
    margin-top: var(--space-1);
  }

  @container (max-width: 620px) {
    .figures {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
