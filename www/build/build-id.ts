/** Names a build by what the page and its workers are made of, so that a page and a worker of different builds know each other as strangers. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folders whose scripts run in workers, or speak with them. */
const FOLDERS = ['engine', 'types/generated'];

/** The same for the same sources, wherever and whenever they are built. */
export function buildId(root = join(import.meta.dirname, '..')): string {
  const hash = createHash('sha256');
  for (const folder of FOLDERS) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
    for (const file of files.sort()) hash.update(`${folder}/${file.replaceAll('\\', '/')}\0`).update(readFileSync(join(root, folder, file)));
  }
  return hash.digest('hex').slice(0, 12);
}
