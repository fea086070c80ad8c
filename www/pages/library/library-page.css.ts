import { css } from 'lit';
import { pageIntro } from '../../styles/page-grid.css';

export const styles = css`
  /* The foot of the page stays where it is while the rest comes. */
  :host {
    min-height: 100vh;
  }

  main {
    max-width: 110rem;
    margin: 0 auto;
    padding: 0 clamp(1rem, 2.6vw, 3rem) 4rem;
    outline: none;
  }

  ${pageIntro}

  .intro {
    padding-bottom: 0.4rem;
  }

  .moving {
    display: flex;
    gap: var(--space-3);
    padding: var(--space-2) 0;
  }

  .done {
    padding: var(--space-2) 0;
    color: var(--ink-2);
  }

  .drop {
    position: fixed;
    inset: var(--space-3);
    z-index: 5;
    display: grid;
    place-items: center;
    border: 3px dashed var(--seal-ink);
    border-radius: var(--corner);
    background: var(--paper);
    opacity: 0.94;
    font-family: var(--serif);
    font-size: 1.3rem;
    pointer-events: none;
  }

  @media print {
    main {
      padding: 0;
    }
  }
`;
