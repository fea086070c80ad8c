import type { Both } from '../lesson';

/** A term of the field, as a learner meets it. */
export interface Entry {
  /** As a heading: the full name, with the abbreviation where there is one. */
  term: Both<string>;
  /** What it is, in one or two sentences. */
  means: Both<string>;
  /** Section of the chapter that explains it. */
  section: string;
}
