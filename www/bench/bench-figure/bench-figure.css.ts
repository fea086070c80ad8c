import { css } from 'lit';

export const styles = css`
  .summary {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1.6rem;
    width: 100%;
  }

  .caption .summary {
    color: var(--ink);
    font-size: 1.12rem;
    font-weight: 600;
  }

  figure {
    container-type: inline-size;
  }

  .columns {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr));
    gap: 1.6rem 3rem;
    align-items: start;
  }

  table {
    width: 100%;
    border-collapse: collapse;
  }

  caption {
    padding-bottom: 0.1rem;
    color: var(--ink-2);
    font-size: var(--size-small);
    text-align: left;
  }

  caption b {
    margin-right: 0.4em;
    color: var(--ink);
    font-family: var(--heading);
    font-size: 1.08rem;
    font-weight: 600;
  }

  th,
  td {
    padding: 0;
    font-weight: 400;
    text-align: left;
    vertical-align: middle;
    white-space: nowrap;
  }

  thead {
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  tbody {
    border-top: 1px solid var(--rule);
  }

  tbody::after {
    content: '';
    display: block;
    height: 0.5rem;
  }

  .axis {
    display: flex;
    justify-content: space-between;
  }

  .axis i {
    width: 0;
    font-style: normal;
  }

  .axis i:nth-child(2) {
    display: flex;
    justify-content: center;
  }

  .axis i:last-child {
    display: flex;
    justify-content: flex-end;
  }

  .head th {
    padding-top: 0.4rem;
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.8rem;
    align-items: baseline;
  }

  .row > :first-child {
    margin-right: auto;
    font-size: 0.95rem;
    font-weight: 600;
    white-space: normal;
  }

  .notes {
    margin-left: auto;
    color: var(--ink-2);
    font-size: var(--size-small);
  }

  .notes b {
    color: var(--ink);
    font-size: var(--size-small);
    font-weight: 600;
  }

  .notes b + span {
    margin-left: 0.6em;
  }

  .name {
    padding-right: 0.7rem;
    font-size: var(--size-small);
  }

  [data-alone] .name {
    padding: 0;
  }

  [data-alone] .name span {
    position: absolute;
    clip-path: inset(50%);
  }

  /* What is being measured. */
  [data-status='running'] .row > :first-child::before {
    content: '▸ ';
    color: var(--seal-ink);
  }

  .peer {
    color: var(--ink-2);
  }

  .bar {
    width: 100%;
  }

  .track {
    position: relative;
    height: 0.95rem;
    background: linear-gradient(to right, transparent calc(50% - 1px), var(--rule-strong) calc(50% - 1px) 50%, transparent 50%), var(--pane);
    box-shadow: inset 0 0 0 1px var(--rule);
  }

  .peer .track {
    height: 0.7rem;
  }

  .fill {
    height: 100%;
    background: var(--ink-3);
  }

  .ours .fill {
    background: var(--seal);
  }

  /* From the slowest round to the fastest. */
  .whisker {
    position: absolute;
    top: 25%;
    height: 50%;
    min-width: 1px;
    border: solid var(--ink);
    border-width: 0 1px;
    background: linear-gradient(var(--ink), var(--ink)) center / 100% 1px no-repeat;
  }

  .share,
  .value {
    min-width: 3.6rem;
    padding-left: 0.8rem;
    text-align: right;
  }

  .ours .share,
  .ours .value {
    font-weight: 600;
  }

  .peer .share,
  .peer .value {
    font-size: var(--size-small);
  }

  sup {
    font-size: var(--size-small);
    line-height: 0;
  }

  .failure td {
    padding-top: 0.15rem;
    color: var(--seal-ink);
    font-size: var(--size-small);
    white-space: normal;
    overflow-wrap: anywhere;
  }

  @container (max-width: 400px) {
    .axis i:nth-child(2) {
      visibility: hidden;
    }

    .name {
      padding-right: 0.5rem;
      font-size: var(--size-small);
    }

    .share,
    .value {
      min-width: 2.9rem;
      padding-left: 0.5rem;
    }
  }
`;
