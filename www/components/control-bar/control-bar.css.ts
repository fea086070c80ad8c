import { css } from 'lit';

export const styles = css`
  .bar {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 1.4rem;
    align-items: center;
    padding: 0.6rem 0 0.55rem;
  }

  .buttons {
    display: flex;
    gap: 0.3rem;
    align-items: center;
  }

  .main {
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

  .plain {
    padding: 0.42rem 0.8rem;
    color: var(--ink-2);
  }

  .plain:hover:enabled {
    color: var(--seal-ink);
  }

  .plain:disabled {
    opacity: 0.45;
  }

  .state {
    color: var(--ink-2);
    font-size: 0.93rem;
  }

  .progress {
    display: flex;
    flex-direction: column;
    gap: 2px;
    min-height: 1px;
  }

  .progress > div {
    height: 2px;
    background: var(--rule);
  }

  .progress > div > div {
    height: 100%;
  }

  .runs {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1.2rem;
    margin-left: auto;
    font-size: 0.84rem;
  }
`;
