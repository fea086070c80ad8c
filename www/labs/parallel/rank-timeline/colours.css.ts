import { themed } from '../../../kit/tokens.css';

/** What a rank's time is spent on: told apart by pattern, too (see `patterns.ts`). */
export const timelineColours = themed({
  forward: ['#b5d0ea', '#2b587d'],
  backward: ['#fadcb5', '#6d4412'],
  'backward-line': ['#d18a35', '#b57a32'],
  weight: ['#c9e8dc', '#1d5443'],
  'weight-line': ['#4fa486', '#3b9a7d'],
  traffic: ['#f0dcec', '#452a41'],
  'traffic-line': ['#9d4f92', '#d08ac7'],
  update: ['#5b5346', '#c4bba9'],
});
