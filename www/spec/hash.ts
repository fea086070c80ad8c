/** The URL's hash holds what an experiment changes of the default: `#spec=` and base64url of a JSON merge patch. */
import mergePatch from 'json-merge-patch';
import type { Spec } from '../types/generated/Spec';
import defaultSpecJson from '../types/generated/default_spec.json' with { type: 'json' };
import { repeatedKey } from './repeated';

/** The first lab's experiment. */
export const defaultSpec = defaultSpecJson as unknown as Spec;

const KEY = 'spec=';

/** The hash for a spec, with its `#`; empty for the default. */
export function toHash(spec: object, defaults: object = defaultSpec): string {
  const patch: unknown = mergePatch.generate(defaults, spec);
  if (patch === undefined) return '';
  const bytes = new TextEncoder().encode(JSON.stringify(patch));
  const base64 = btoa(String.fromCharCode(...bytes));
  return `#${KEY}${base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/**
 * What a hash says: a spec yet to be checked, or why it cannot be read (`detail` is the decoded text, as far as it goes), or the path of
 * a key that stands twice in it.
 */
export type Read = { spec: unknown } | { unreadable: 'not_base64' | 'cut_off'; detail: string } | { repeated: string; detail: string };

/** Reads a hash; null where it holds no experiment. A patch may also stand there as plain JSON, for links written by hand. */
export function fromHash(hash: string, defaults: object = defaultSpec): Read | null {
  const text = hash.replace(/^#/, '');
  if (!text.startsWith(KEY)) return text === '' ? null : { unreadable: 'not_base64', detail: '' };
  const json = decode(text.slice(KEY.length));
  if (json === null) return { unreadable: 'not_base64', detail: '' };
  try {
    const patch: unknown = JSON.parse(json);
    const repeated = repeatedKey(json);
    if (repeated !== null) return { repeated, detail: json };
    return { spec: mergePatch.apply(structuredClone(defaults), patch as object) };
  } catch {
    return { unreadable: 'cut_off', detail: json };
  }
}

function decode(text: string): string | null {
  try {
    const plain = decodeURIComponent(text);
    if (plain.startsWith('{')) return plain;
    // Base64 that was cut may end within a group of four: what is whole of it can still be read, and shown.
    const whole = plain.length % 4 === 1 ? plain.slice(0, -1) : plain;
    const binary = atob(whole.replaceAll('-', '+').replaceAll('_', '/'));
    return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
  } catch {
    return null;
  }
}
