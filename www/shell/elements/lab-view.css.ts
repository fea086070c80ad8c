import { css } from 'lit';
import { pageGrid } from '../../styles/page-grid.css';

export const styles = css`
  ${pageGrid}

  :host {
    display: block;
  }

  tinyai-control-bar {
    position: sticky;
    top: 0;
    z-index: 3;
    background: var(--paper);
  }

  .figure {
    display: block;
    margin-top: 2rem;
  }

  tinyai-loss-chart {
    --chart-height: clamp(17rem, calc(100vh - 23.5rem), 34rem);
    margin-top: 1.3rem;
  }

  .notes,
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

  /* Inside somebody else's page it takes the room that it is given. */
  :host([embedded]) .page {
    display: block;
  }

  :host([embedded]) aside {
    position: static;
    height: auto;
    border-right: 0;
  }

  @media (max-width: 1150px) {
    tinyai-loss-chart {
      --chart-height: clamp(15rem, calc(100vh - 28.5rem), 34rem);
    }
  }

  @media (max-width: 900px) {
    .fold {
      display: block;
    }

    aside:not([data-open]) tinyai-spec-form {
      display: none;
    }

    tinyai-loss-chart {
      --chart-height: clamp(17rem, 52vh, 26rem);
    }
  }
`;
