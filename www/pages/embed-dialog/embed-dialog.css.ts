import { css } from 'lit';

export const styles = css`
  tinyai-dialog {
    --tinyai-dialog-width: 72rem;
  }

  .sides {
    display: grid;
    grid-template-columns: minmax(13rem, 17rem) minmax(0, 1fr);
    gap: var(--space-4) var(--space-5);
  }

  fieldset {
    min-width: 0;
    margin: 0 0 var(--space-3);
    padding: 0;
    border: 0;
  }

  legend,
  h3,
  .shown > label {
    display: block;
    padding: 0 0 var(--space-1);
    color: var(--ink-2);
    font-size: var(--size-note);
    font-weight: 400;
  }

  .choice {
    display: flex;
    gap: 0.5em;
    align-items: baseline;
    padding: 0.1em 0;
    cursor: pointer;
  }

  .choice input {
    flex: none;
    margin: 0;
    accent-color: var(--seal);
    translate: 0 0.1em;
  }

  small {
    display: block;
    color: var(--ink-2);
    font-size: var(--size-small);
    line-height: 1.4;
  }

  select,
  input[type='number'] {
    padding: 0.15em 0.4em;
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
    background: var(--raised);
  }

  input[type='number'] {
    width: 6.5em;
  }

  textarea {
    display: block;
    width: 100%;
    padding: 0.5em 0.6em;
    border: 1px solid var(--rule-strong);
    border-radius: var(--corner);
    background: var(--raised);
    font-family: var(--mono);
    font-size: var(--size-small);
    line-height: 1.45;
    resize: vertical;
    overflow-wrap: anywhere;
  }

  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-4);
    padding: var(--space-1) 0 var(--space-3);
    font-size: var(--size-note);
  }

  .hint {
    margin-bottom: var(--space-2);
    padding: var(--space-2) var(--space-3);
    border-left: 3px solid var(--rule-strong);
    background: var(--pane);
    font-size: var(--size-note);
  }

  iframe {
    display: block;
    width: 100%;
    border: 1px solid var(--rule);
    border-radius: var(--corner);
    background: var(--paper);
  }

  @media (max-width: 760px) {
    .sides {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
