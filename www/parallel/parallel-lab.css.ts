import { css } from 'lit';
import { pageGrid } from '../styles/page-grid.css';

export const styles = css`
  ${pageGrid}

  .intro {
    padding-bottom: 0.6rem;
  }

  parallel-control {
    position: sticky;
    top: 0;
    z-index: 3;
    background: var(--paper);
  }

  step-through,
  rank-timeline {
    margin-top: 1.1rem;
  }

  loss-over-baseline,
  step-figures,
  rank-memory,
  traffic-table {
    margin-top: 2rem;
  }

  .fold {
    margin-top: 0.7rem;
    border-top: 1px solid var(--rule);
  }

  @media (max-width: 900px) {
    aside:not([data-open]) .schedule {
      display: none;
    }
  }

  @media (max-width: 640px) {
    parallel-control {
      position: static;
    }
  }
`;
