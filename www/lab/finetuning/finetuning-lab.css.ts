import { css } from 'lit';
import { pageGrid } from '../../styles/page-grid.css';

export const styles = css`
  ${pageGrid}

  control-bar {
    position: sticky;
    top: 0;
    z-index: 3;
    background: var(--paper);
  }

  loss-chart {
    --chart-height: clamp(17rem, calc(100vh - 23.5rem), 34rem);
    margin-top: 1.3rem;
  }

  run-figures,
  verse-samples,
  comparison-table {
    margin-top: 2rem;
  }

  .previous,
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2rem 1.2rem;
    padding-top: 0.7rem;
    color: var(--ink-2);
    font-size: 0.9rem;
  }

  .actions {
    padding-top: 1.4rem;
  }

  .fold {
    display: none;
  }

  @media (max-width: 1150px) {
    loss-chart {
      --chart-height: clamp(15rem, calc(100vh - 28.5rem), 34rem);
    }
  }

  @media (max-width: 900px) {
    .fold {
      display: block;
    }

    aside:not([data-open]) spec-form {
      display: none;
    }

    loss-chart {
      --chart-height: clamp(17rem, 52vh, 26rem);
    }
  }
`;
