import { css } from 'lit';
import { pageIntro } from '../styles/page-grid.css';

export const styles = css`
  main {
    max-width: 110rem;
    margin: 0 auto;
    padding: 0 clamp(1rem, 2.6vw, 3rem) 4rem;
    outline: none;
  }

  ${pageIntro}

  .intro {
    padding-bottom: 0.9rem;
  }

  tinyai-bench-control {
    position: sticky;
    top: 0;
    z-index: 3;
    background: var(--paper);
  }

  .notice {
    margin-top: 0.8rem;
    padding: 0.5rem 0.9rem;
    border-left: 4px solid var(--rule-strong);
    background: var(--pane);
    font-size: var(--size-note);
  }

  .empty {
    max-width: 40em;
    margin-top: clamp(1.6rem, 7vh, 4rem);
    font-family: var(--serif);
    font-size: 1.3rem;
    line-height: 1.65;
    text-wrap: pretty;
  }

  @media print {
    tinyai-bench-settings {
      display: none;
    }

    main {
      padding: 0;
    }
  }

  tinyai-bench-peak {
    margin-top: 1.6rem;
  }

  tinyai-bench-figure,
  tinyai-bench-environment {
    margin-top: 2.4rem;
  }
`;
