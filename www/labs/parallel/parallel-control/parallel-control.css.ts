import { css } from 'lit';

export const styles = css`
  .check {
    display: flex;
    gap: 0.45rem;
    align-items: center;
    color: var(--ink-2);
    font-size: 0.93rem;
    cursor: pointer;
  }

  .check input {
    flex: none;
    width: 1rem;
    height: 1rem;
    margin: 0;
    accent-color: var(--seal);
  }

  select {
    max-width: 11rem;
    padding: 0.25rem 0.4rem;
    border: 1px solid var(--rule-strong);
    border-radius: 4px;
    background: var(--raised);
    color: var(--ink-2);
    font-size: 0.93rem;
  }

  select:disabled {
    opacity: 0.5;
  }
`;
