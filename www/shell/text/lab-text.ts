/** The words of a lab. */
export interface LabText {
  name: string;
  question: string;
  lead: string;
  /** Names of its presets, by their ids. */
  presets: Record<string, string>;
  /** Whatever its own figures say, by keys of their own. */
  own: Record<string, unknown>;
}
