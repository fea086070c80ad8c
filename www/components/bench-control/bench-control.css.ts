import { css } from 'lit';

export const styles = css`
  .bar {
    display: flex;
    gap: 1.2rem;
    align-items: center;
    padding: 0.6rem 0 0.55rem;
  }

  .main {
    flex: none;
    min-width: 6.8rem;
    padding: 0.42rem 1.2rem;
    border: 1px solid var(--ink);
    border-radius: 4px;
    font-size: 1.02rem;
    font-weight: 600;
  }

  .main.run {
    border-color: var(--seal);
    background: var(--seal);
    color: var(--on-seal);
  }

  .main.run:hover:enabled {
    filter: brightness(1.1);
  }

  .main:disabled {
    opacity: 0.5;
  }

  .state {
    color: var(--ink-2);
    font-size: 0.93rem;
  }

  .progress {
    height: 3px;
    background: var(--rule);
  }

  .progress div {
    height: 100%;
    background: var(--seal);
  }
`;
