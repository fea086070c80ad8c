/** What pages have in common. */
import { css } from 'lit';

/** A page's name, and what it is for. */
export const pageIntro = css`
  .intro {
    display: flex;
    flex-wrap: wrap;
    gap: 0.1rem 1.3rem;
    align-items: baseline;
    padding: 1.1rem 0 0.2rem;
  }

  h1 {
    font-family: var(--heading);
    font-size: 1.75rem;
    font-weight: 600;
    line-height: 1.3;
  }

  .intro p {
    flex: 1 1 20rem;
    color: var(--ink-2);
  }
`;

/** The page of a lab: its settings at the left, what comes of them at the right. */
export const pageGrid = css`
  .page {
    display: grid;
    grid-template-columns: clamp(20rem, 30.5vw, 28.5rem) minmax(0, 1fr);
    max-width: 132rem;
    margin: 0 auto;
  }

  aside {
    position: sticky;
    top: 0;
    height: 100vh;
    overflow-y: auto;
    scrollbar-width: thin;
    padding: 1rem 1.4rem 0 clamp(1rem, 2vw, 2rem);
    border-right: 1px solid var(--rule);
    background: var(--pane);
  }

  main {
    container-type: inline-size;
    min-width: 0;
    padding: 0 clamp(1rem, 2.6vw, 3rem) 4rem;
    outline: none;
  }

  ${pageIntro}

  .fold {
    width: 100%;
    padding: 0.6rem 0;
    color: var(--ink-2);
    font-size: var(--size-note);
    text-align: left;
  }

  .fold::before {
    content: '+';
    display: inline-block;
    width: 1.1em;
    color: var(--seal-ink);
  }

  .fold[aria-expanded='true']::before {
    content: '−';
  }

  /* A handout: what was found, without what it is found with. */
  @media print {
    .page {
      display: block;
    }

    aside,
    .fold,
    .notes,
    .actions {
      display: none !important;
    }

    main {
      padding: 0;
    }
  }

  @media (max-width: 900px) {
    .page {
      display: block;
    }

    aside {
      position: static;
      height: auto;
      padding-inline: clamp(1rem, 4vw, 2rem);
      border: 0;
      border-bottom: 1px solid var(--rule);
    }
  }
`;
