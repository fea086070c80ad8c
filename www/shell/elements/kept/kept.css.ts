import { css } from 'lit';

export const styles = css`
  .offers {
    display: grid;
    gap: var(--space-2);
    margin-top: var(--space-1);
  }

  .offers li {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-3);
    align-items: baseline;
  }

  .name {
    font-weight: 600;
    overflow-wrap: anywhere;
  }

  .far {
    color: var(--ink-2);
  }

  .state {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2rem 1.2rem;
    padding-top: 0.7rem;
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  a {
    color: inherit;
  }

  @media print {
    :host {
      display: none;
    }
  }
`;
