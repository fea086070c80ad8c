import { css } from 'lit';

export const styles = css`
  li {
    display: flex;
    gap: 0.6em;
    align-items: baseline;
    padding: 0.2rem 0;
  }

  li svg {
    flex: none;
    align-self: baseline;
    transform: translateY(-0.15em);
  }

  p {
    max-width: 62em;
    overflow-wrap: anywhere;
  }
`;
