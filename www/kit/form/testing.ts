/** What tests of the form's components share. */
import type { Field } from './field';
import type { FieldDescription } from './description';

export const description = (over: Partial<FieldDescription> = {}): FieldDescription => ({
  path: 'training.steps',
  kind: 'number',
  schema: { type: 'integer', minimum: 1, maximum: 100000, 'x-step': 10 },
  label: 'Steps',
  help: 'Optimizer steps.',
  value: 200,
  ...over,
});

/** The input of a field. */
export const inputOf = (field: Field): HTMLInputElement => field.renderRoot.querySelector<HTMLInputElement>('#control')!;

/** Types as a person does, letter by letter. */
export function type(field: Field, text: string): void {
  const input = inputOf(field);
  for (let i = 1; i <= text.length; i++) {
    input.value = text.slice(0, i);
    input.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  }
}

/** Leaves a field. */
export const leave = (field: Field): boolean => inputOf(field).dispatchEvent(new Event('blur'));

export const problemsOf = (field: Field): string[] => [...field.renderRoot.querySelectorAll('.problems p')].map(({ textContent }) => textContent!.trim());
