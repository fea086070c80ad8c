import { css } from 'lit';

export const styles = css`
  article {
    display: grid;
    grid-template-columns: minmax(0, 1.5fr) minmax(0, 1.2fr) minmax(0, 1fr) auto;
    gap: var(--space-1) var(--space-5);
    align-items: start;
    padding: var(--space-3) 0;
  }

  input.name,
  textarea {
    display: block;
    width: calc(100% + 0.8em);
    margin-left: -0.4em;
    padding: 0.05em 0.4em;
    border: 1px solid transparent;
    border-radius: var(--corner);
    background: none;
    text-overflow: ellipsis;
  }

  input.name:hover,
  textarea:hover,
  input.name:focus,
  textarea:focus {
    border-color: var(--rule-strong);
    background: var(--raised);
  }

  input.name {
    font-weight: 600;
  }

  textarea {
    field-sizing: content;
    min-height: 25px;
    color: var(--ink-2);
    font-size: var(--size-note);
    resize: none;
  }

  textarea:focus {
    resize: vertical;
  }

  textarea::placeholder {
    color: var(--ink-2);
    opacity: 1;
  }

  fieldset {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-3);
    margin: 0;
    padding: 0.1em 0 0;
    border: 0;
    min-width: 0;
  }

  label {
    display: inline-flex;
    gap: 0.4em;
    align-items: baseline;
    min-width: 0;
    min-height: 25px;
    overflow-wrap: anywhere;
    cursor: pointer;
  }

  input[type='checkbox'] {
    flex: none;
    accent-color: var(--seal);
  }

  .facts {
    color: var(--ink-2);
    font-size: var(--size-note);
    line-height: 1.6;
  }

  .facts .lab {
    color: var(--ink);
  }

  .status[data-open] {
    color: var(--seal-ink);
    font-weight: 600;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-3);
    font-size: var(--size-note);
  }

  a.link {
    color: var(--ink);
    font-weight: 600;
  }

  @media (max-width: 1150px) {
    article {
      grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr);
    }
  }

  @media (max-width: 620px) {
    article {
      grid-template-columns: minmax(0, 1fr);
    }
  }

  @media print {
    .actions {
      display: none;
    }
  }
`;
