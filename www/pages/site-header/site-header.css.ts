import { css } from 'lit';

export const styles = css`
  header {
    display: flex;
    flex-wrap: wrap;
    gap: 0.3rem 1.4rem;
    align-items: center;
    min-height: 3.5rem;
    padding: 0.4rem clamp(1rem, 2vw, 2rem);
    border-bottom: 1px solid var(--rule);
  }

  .skip {
    position: absolute;
    left: -999rem;
    padding: 0.3rem 0.6rem;
    background: var(--paper);
    color: var(--ink);
  }

  .skip:focus {
    left: 1rem;
    z-index: 10;
  }

  .brand {
    display: flex;
    gap: 0.65rem;
    align-items: center;
    min-height: var(--target);
    font-family: var(--serif);
    white-space: nowrap;
    color: inherit;
    text-decoration: none;
  }

  .seal {
    width: 1.9rem;
    height: 1.9rem;
  }

  .seal rect {
    fill: var(--seal);
  }

  .seal path {
    fill: none;
    stroke: var(--on-seal);
    stroke-width: 2.4;
    stroke-linecap: round;
  }

  .site {
    font-size: 1.15rem;
    font-weight: 600;
    letter-spacing: 0.01em;
  }

  nav {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1rem;
    padding-left: 1.1rem;
    border-left: 1px solid var(--rule-strong);
    font-family: var(--serif);
    font-size: 1.05rem;
    white-space: nowrap;
  }

  nav a {
    display: inline-flex;
    align-items: center;
    min-height: var(--target);
    padding: 0.25rem 0;
    border-bottom: 2px solid transparent;
    color: var(--ink-2);
    text-decoration: none;
  }

  nav a:hover {
    color: var(--ink);
  }

  nav a[aria-current] {
    border-color: var(--seal-ink);
    color: var(--ink);
  }

  .status + .switches {
    margin-left: 0;
  }

  .status {
    margin-left: auto;
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .switches {
    display: flex;
    gap: 1rem;
    align-items: center;
    margin-left: auto;
    font-size: var(--size-note);
  }

  .switch {
    display: flex;
    gap: 0.7rem;
  }

  .switch button {
    padding: 0.25rem 0;
    border-bottom: 2px solid transparent;
    color: var(--ink-2);
  }

  .switch button[aria-pressed='true'] {
    border-color: var(--seal-ink);
    color: var(--ink);
  }

  .theme {
    display: flex;
    gap: 0.4rem;
    align-items: center;
    padding: 0.25rem 0;
    color: var(--ink-2);
  }

  .present[aria-pressed='true'] {
    color: var(--ink);
    box-shadow: 0 2px 0 var(--seal-ink);
  }

  .theme:hover,
  .switch button:hover {
    color: var(--ink);
  }

  .theme svg {
    width: 1.1rem;
    fill: currentColor;
  }

  .theme circle {
    fill: none;
    stroke: currentColor;
    stroke-width: 1.5;
  }

  /* Before a hall, where one is matters, and not what runs it. */
  :host([present]) .status {
    display: none;
  }

  @media screen {
    :host([present]) .site {
      display: none;
    }
  }

  /* On paper there is nothing to go to, and nothing to switch: whose it is, and of which day. */
  @media print {
    header {
      min-height: 0;
      padding: 0 0 4pt;
    }

    nav,
    .skip,
    .status,
    .switches {
      display: none;
    }

    .seal {
      width: 14pt;
      height: 14pt;
    }

    .site {
      display: inline;
      font-size: 10pt;
    }

    .day {
      margin-left: auto;
      color: var(--ink-2);
      font-size: 9pt;
    }
  }

  @media (max-width: 640px) {
    .status {
      margin: 0;
    }

    .switches,
    .status + .switches {
      margin-left: auto;
      gap: 0.8rem;
    }

    .site,
    .theme span {
      display: none;
    }

    nav {
      gap: 0 0.8rem;
      padding: 0;
      border: 0;
    }
  }

  @media (max-width: 400px) {
    header {
      gap: 0.3rem 0.6rem;
    }

    nav {
      gap: 0 0.7rem;
      font-size: var(--size-note);
    }

    .switches,
    .switch {
      gap: 0.55rem;
    }
  }
`;
