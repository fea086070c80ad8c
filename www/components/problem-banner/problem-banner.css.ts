import { css } from 'lit';

export const styles = css`
  .banner {
    margin-top: 0.8rem;
    padding: 0.65rem 0.9rem;
    border-left: 4px solid var(--seal);
    background: var(--wash);
    font-size: 0.95rem;
  }

  .banner li + li {
    margin-top: 0.25rem;
  }

  .banner .link {
    color: var(--seal-ink);
  }

  li .link {
    margin-right: 0.5em;
    font-weight: 600;
  }

  .remedy {
    margin-top: 0.5rem;
    padding: 0.3rem 1rem;
    border-radius: 4px;
    background: var(--seal);
    color: var(--on-seal);
    font-weight: 600;
    text-align: left;
  }

  .remedy:hover {
    filter: brightness(1.1);
  }

  .text {
    display: block;
    margin: 0.4rem 0;
    color: var(--ink-2);
    font-size: 0.84rem;
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

  .notice {
    margin-top: 0.8rem;
    padding: 0.5rem 0.9rem;
    border-left: 4px solid var(--rule-strong);
    background: var(--pane);
    font-size: 0.93rem;
  }
`;
