import type { FieldText } from '../i18n/messages';
import type { Field, Group } from '../spec/schema';
import type { Refusal } from '../kit/form/events';
import type { TakeFiles } from '../kit/form/taking-files';
import type { Problem } from '../types/generated/Problem';

/** What a form shows and writes into: the fields of a spec by their paths, with their names in the current language. */
export interface FormModel extends EventTarget {
  readonly groups: Group[];
  /** Sizes of the visitor's own files, by name. */
  readonly files: ReadonlyMap<string, number>;

  fieldValue(path: string): unknown;
  /** Writes a value that may change again at once; {@link settle} says that it does not. */
  setValue(path: string, value: unknown): void;
  settle(): void;
  /** Takes note of what stands in a part of the page and cannot be used; nothing runs until there is none. */
  refuse(part: object, refusals: readonly Refusal[]): void;
  fieldProblems(path: string): Problem[];
  /** Whether a field matters, as the others stand. */
  applies(field: Field): boolean;
  /** Takes in files for a field; absent where only what ships with the site can be used. */
  takeFiles?(path: string, ...given: Parameters<TakeFiles>): Promise<void>;

  groupName(path: string): string;
  fieldText(path: string): FieldText | undefined;
  optionText(path: string, option: string): string;
}
