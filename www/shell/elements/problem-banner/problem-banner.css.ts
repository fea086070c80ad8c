import { css } from 'lit';

export const styles = css`
  .text {
    display: block;
    margin: 0.4rem 0;
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  textarea {
    display: block;
    width: 100%;
    border: 1px solid var(--rule-strong);
    background: var(--raised);
    color: var(--ink);
    font-family: ui-monospace, 'Noto Sans Mono', Menlo, Consolas, monospace;
    resize: vertical;
    overflow-wrap: anywhere;
  }
`;
