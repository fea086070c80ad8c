import { css } from 'lit';

export const styles = css`
  .lead {
    padding-top: 0.7rem;
    font-family: var(--serif);
    font-size: 1.02rem;
    line-height: 1.4;
  }

  .step {
    display: flex;
    gap: 1rem;
    align-items: baseline;
    justify-content: space-between;
    padding-top: 0.5rem;
  }

  .step label {
    font-weight: 500;
  }

  .step tinyai-number-box {
    flex: 0 1 7rem;
  }

  .hint {
    padding-top: 0.35rem;
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .problems {
    color: var(--seal-ink);
    font-size: var(--size-note);
  }
`;
