import { css } from 'lit';

export const styles = css`
  :host {
    container-type: inline-size;
  }

  .figures {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 1.8rem 2.6rem;
  }

  .row {
    display: grid;
    grid-template-columns: 5rem minmax(0, 1fr) 5.6rem;
    gap: 0.8rem;
    align-items: center;
    padding: 0.15rem 0;
    font-size: 0.93rem;
  }

  .row b {
    font-size: 1.05rem;
    font-weight: 600;
    text-align: right;
    white-space: nowrap;
  }

  .track {
    height: 1.05rem;
    background: var(--pane);
    box-shadow: inset 0 0 0 1px var(--rule);
  }

  .track div {
    height: 100%;
  }

  /* Told apart by pattern, too: what is not measured here is hatched or hollow. */
  .alone {
    background: var(--run-0);
  }

  .measured {
    background: var(--run-1);
  }

  .predicted {
    background: repeating-linear-gradient(135deg, var(--run-1) 0 1.5px, transparent 1.5px 6px);
    box-shadow: inset 0 0 0 1.5px var(--run-1);
  }

  .ideal {
    box-shadow: inset 0 0 0 1.5px var(--ink-2);
  }

  .note {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1.2rem;
    min-height: 1.5em;
    padding-top: 0.25rem;
    color: var(--ink-2);
    font-size: 0.87rem;
  }

  .note b {
    color: var(--ink);
    font-size: 0.95rem;
    font-weight: 600;
  }

  /* Room for two, so that nothing moves when they come. */
  .suggestions {
    min-height: 6.2em;
    margin-top: 1.2rem;
    padding: 0.6rem 0.9rem;
    border-left: 4px solid var(--rule-strong);
    background: var(--pane);
    font-size: 0.95rem;
  }

  .suggestions h3 {
    margin: 0;
    font-family: var(--serif);
    font-size: 1.02rem;
    font-weight: 600;
  }

  .suggestions .none {
    color: var(--ink-2);
  }

  .suggestions li + li {
    margin-top: 0.25rem;
  }

  @container (max-width: 620px) {
    .figures {
      grid-template-columns: minmax(0, 1fr);
    }
  }

  @media print {
    figure {
      break-inside: avoid;
    }
  }
`;
