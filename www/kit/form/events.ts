/** What fields and forms tell. All of it bubbles out of shadow roots. */
import type { RefusedReading } from './read-number';

/** What stands in a field and is no value: it is kept there as it was typed, and nothing else may be used in its place. */
export interface Refusal {
  path: string;
  /** What the form was for when it was typed, see {@link Form.scope}. */
  scope: string;
  typed: string;
  /** Why it is no value; in words, {@link refusalText}. */
  reading: RefusedReading;
}

/**
 * `input`: the field's value just changed, and may change again at once, as while a key is held. `change`: it is settled. Every
 * `change` comes after an `input` of the same value.
 */
export class FieldEvent extends Event {
  constructor(
    type: 'input' | 'change',
    readonly path: string,
    readonly value: unknown,
  ) {
    super(type, { bubbles: true, composed: true });
  }
}

/** What is typed in a field; null: the field shows its value again. */
export class TypedEvent extends Event {
  constructor(
    readonly path: string,
    readonly typed: string | null,
    readonly refusal: Refusal | null,
  ) {
    super('typed', { bubbles: true, composed: true });
  }
}

/** What stands in a form and cannot be used; none: the form is valid. */
export class ValidityEvent extends Event {
  constructor(readonly refusals: readonly Refusal[]) {
    super('validity', { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    typed: TypedEvent;
    validity: ValidityEvent;
  }
}
