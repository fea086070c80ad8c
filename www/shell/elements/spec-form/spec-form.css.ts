import { css } from 'lit';

export const styles = css`
  .hint {
    padding: 0.7rem 0 0.2rem;
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .preset {
    display: flex;
    gap: 0.6rem;
    align-items: baseline;
    padding-top: 0.7rem;
    font-size: 0.9rem;
  }

  .preset select {
    flex: 1 1 auto;
    min-width: 0;
    padding: calc(0.26 * var(--unit)) calc(0.45 * var(--unit));
    border: 1px solid var(--rule-strong);
    border-radius: 3px;
    background: var(--raised);
  }

  .run {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem 1rem;
    align-items: baseline;
    padding-top: 0.7rem;
    font-size: var(--size-note);
  }

  .run + .hint {
    padding-top: 0.3rem;
  }

  .run input {
    flex: 1 1 8rem;
    min-width: 0;
    padding: 0.15rem 0;
    border: 0;
    border-bottom: 1px solid var(--rule-strong);
    border-radius: 0;
    background: none;
    color: var(--run);
    font-size: 1.05rem;
    font-weight: 600;
  }

  .asked {
    margin-top: 0.6rem;
  }

  .run button:disabled {
    opacity: 0.4;
  }

  .foot {
    padding: 1.2rem 0 2rem;
    font-size: var(--size-small);
  }
`;
