/** What is shown to a hall: pages tell labs by their property `presenting`, and of a step to what comes next or before by an event. */

/** Told on the window while a page is presented, when an arrow key is pressed that nothing else takes; `detail`: 1 on, -1 back. */
export const PRESENT_MOVE = 'tinyai-present-move';

export type PresentMove = CustomEvent<1 | -1>;

declare global {
  interface WindowEventMap {
    [PRESENT_MOVE]: PresentMove;
  }
}
