/**
 * A link holds an experiment: `#spec=` and base64url of the JSON of a spec, of which the base leaves out what is default. Links of version 1
 * held what they changed of the default of their lab's page, and name no version.
 */
import mergePatch from 'json-merge-patch';
import { shortened } from '../../engine/spec/defaults';
import { repeatedKey } from '../../engine/spec/repeated';
import type { Spec } from '../../types/generated/Spec';

const KEY = 'spec=';

/** The hash for a spec, with its `#`; empty for the one that the page begins with. */
export const toHash = (spec: Spec, initial: Spec): string => (mergePatch.generate(initial, spec) === undefined ? '' : hashOf(spec));

/** The hash for a spec, whatever a page begins with. */
export function hashOf(spec: Spec): string {
  const bytes = new TextEncoder().encode(JSON.stringify(shortened(spec)));
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return `#${KEY}${base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/**
 * What a hash says: the JSON of an experiment, yet to be checked; or why it cannot be read (`detail` is the decoded text, as far as it goes);
 * or the path of a key that stands twice in it.
 */
export type Read = { json: unknown } | { unreadable: 'not_base64' | 'cut_off'; detail: string } | { repeated: string; detail: string };

/** Reads a hash; null where it holds no experiment. The JSON may also stand there as it is, for links written by hand. */
export function fromHash(hash: string): Read | null {
  const text = hash.replace(/^#/, '');
  if (!text.startsWith(KEY)) return text === '' ? null : { unreadable: 'not_base64', detail: '' };
  const json = decode(text.slice(KEY.length));
  if (json === null) return { unreadable: 'not_base64', detail: '' };
  try {
    const value: unknown = JSON.parse(json);
    const repeated = repeatedKey(json);
    return repeated === null ? { json: value } : { repeated, detail: json };
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
