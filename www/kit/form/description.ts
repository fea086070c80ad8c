/** What a form shows, as plain data: it knows the shape of a value, not what it is for. */
import type { TemplateResult } from 'lit';
import type { FileOffer } from './taking-files';

/** The part of a JSON Schema that a control reads. */
export interface ValueSchema {
  type?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  /** How far an arrow key goes. */
  'x-step'?: number;
}

/** A value that can be chosen. */
export interface Option {
  value: string;
  label: string;
  /** What a chip says where its label is long; the label is then its tooltip. */
  short?: string;
}

export type FieldKind = 'number' | 'text' | 'choice' | 'chips' | 'toggle' | 'source';

/** One field, and how it stands. */
export interface FieldDescription {
  /** Unique in its form. */
  path: string;
  kind: FieldKind;
  schema: ValueSchema;
  label: string;
  help?: string;
  unit?: string;
  /** Values of a choice or of chips; suggestions of a source. */
  options?: readonly Option[];
  /** Shown with the less common ones. */
  advanced?: boolean;
  /** How the visitor's own files are taken in; absent where they cannot be. */
  files?: FileOffer;

  value: unknown;
  /** Whether it can be seen, and not changed. */
  fixed?: boolean;
  /** What is wrong with the value, in words. */
  problems?: readonly (string | TemplateResult)[];
  /** Set off from the others, in the colour `--accent`. */
  marked?: boolean;
  /** Whatever else is to be said below the control. */
  note?: TemplateResult;
}

/** Fields that stand together. */
export interface FormGroup {
  path: string;
  label: string;
  fields: readonly FieldDescription[];
}
