import { css } from 'lit';

export const styles = css`
  .box {
    position: relative;
    margin-top: var(--space-3);
    padding: calc(0.65 * var(--unit)) calc(0.9 * var(--unit));
    border-left: 4px solid var(--rule-strong);
    background: var(--pane);
    font-size: calc(0.95 * var(--unit));
    overflow-wrap: anywhere;
  }

  .box[data-tone='problem'] {
    border-color: var(--seal);
    background: var(--wash);
  }

  .heading {
    font-weight: 600;
  }

  li + li {
    margin-top: var(--space-1);
  }

  .box .link {
    color: var(--seal-ink);
  }

  .at {
    margin-right: 0.5em;
    font-weight: 600;
  }

  .option {
    font-weight: 600;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-3);
    align-items: center;
    margin-top: var(--space-2);
  }

  .primary {
    text-align: left;
  }

  @media print {
    .box .actions {
      display: none;
    }
  }
`;
