/** The inline scripts, made short. A minifier would make ES2015 and newer of them, which the browsers that they speak to cannot read. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The most bytes of an inline script, without the names of files that it is given. */
export const MAX_INLINE_BYTES = 1024;

/** A script of this folder without its comments and indentation; its statements end with semicolons. */
export function squeezed(name: string): string {
  const source = readFileSync(join(import.meta.dirname, name), 'utf8');
  const script = source
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/\s*\n\s*/g, '')
    .replace(/ ?([=!<>|&?:+,;{}()]+) ?/g, '$1')
    .trim();
  if (script.length > MAX_INLINE_BYTES) throw new Error(`${name} has ${script.length} bytes, more than the ${MAX_INLINE_BYTES} of an inline script`);
  return script;
}
