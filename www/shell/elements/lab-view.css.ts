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
    --chart-height: clamp(17rem, calc(100vh - 26.5rem), 34rem);
    margin-top: 1.3rem;
  }

  .notes,
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2rem 1.2rem;
    padding-top: 0.7rem;
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .actions {
    padding-top: 1.4rem;
  }

  .fold {
    display: none;
  }

  /* Inside somebody else's page it takes the room that it is given, and as much height as it needs: a frame may follow that. */
  :host([embedded]) .page {
    display: block;
    background: var(--paper);
  }

  :host([embedded]) aside {
    position: static;
    height: auto;
    padding: 0.2rem 1rem;
    border-right: 0;
    border-bottom: 1px solid var(--rule);
  }

  :host([embedded]) main {
    padding: 0 1rem 1rem;
  }

  :host([embedded]) tinyai-control-bar {
    position: static;
  }

  :host([embedded]) tinyai-loss-chart {
    --chart-height: 19rem;
  }

  :host([embedded]) .fold {
    display: block;
  }

  :host([embedded]) aside:not([data-open]) tinyai-spec-form {
    display: none;
  }

  :host([bare]) .page {
    display: block;
  }

  :host([bare]) main {
    padding: 0;
  }

  :host([bare]) tinyai-control-bar {
    position: static;
  }

  /* Before a hall: the argument alone, as wide and as high as the screen is. */
  :host([present]) .page {
    display: block;
  }

  :host([present]) aside,
  :host([present]) .notes,
  :host([present]) .actions {
    display: none;
  }

  :host([present]) tinyai-loss-chart {
    --chart-height: clamp(18rem, calc(100vh - 13rem), 48rem);
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
