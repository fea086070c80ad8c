/** The words of a lab. */
import type { RunSpec } from '../../types/generated/RunSpec';

export interface LabText {
  name: string;
  question: string;
  lead: string;
  /** Names of its presets, by their ids. */
  presets: Record<string, string>;
  /** Whatever its own figures say; the lab knows the type. */
  own: unknown;
  /** Names of its own figures, by their ids. */
  figures?: Record<string, string>;
  /** Names of groups of the form that are others here. */
  groups?: Partial<Record<keyof RunSpec, string>>;
}
