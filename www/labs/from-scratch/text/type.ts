/** What the lab's own figure says. */
export interface BoardText {
  heading: string;
  caption: string;
  /** Before anything was run. */
  empty: string;
  step(step: string): string;
  /** Of the slider. */
  earlier: string;
  latest: string;
  knowsNothing: string;
}
