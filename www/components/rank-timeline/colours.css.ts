import { css } from 'lit';

/** What a rank's time is spent on: told apart by pattern, too (see `patterns.ts`). */
export const timelineColours = css`
  :host {
    --forward: light-dark(#b5d0ea, #2b587d);
    --backward: light-dark(#fadcb5, #6d4412);
    --backward-line: light-dark(#d18a35, #b57a32);
    --weight: light-dark(#c9e8dc, #1d5443);
    --weight-line: light-dark(#4fa486, #3b9a7d);
    --traffic: light-dark(#f0dcec, #452a41);
    --traffic-line: light-dark(#9d4f92, #d08ac7);
    --update: light-dark(#5b5346, #c4bba9);
  }
`;
