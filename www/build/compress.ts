/** Compressed forms of a built site's files, beside them as `.br` and `.gz`. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** What is text, or as loosely packed as text. Weights of models are not. */
const WORTH_IT = /\.(js|mjs|css|html|json|svg|wasm|txt|md)$/;
/** A smaller file fits into the first packets anyway. */
const SMALLEST = 1024;

const FORMS = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length, [constants.BROTLI_PARAM_LGWIN]: 22 },
    }),
  gz: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
};

/** Writes the forms of every file below `folder` that is worth it. What was compressed before comes from `cache`, by its content. */
export async function compressAll(folder: string, cache: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.flatMap((entry) => (entry.isFile() && WORTH_IT.test(entry.name) ? [join(entry.parentPath, entry.name)] : []));
  const next = files.values();
  // Each of these has one file in hand; Node compresses on threads of its own.
  const hands = Array.from({ length: availableParallelism() }, async () => {
    for (const file of next) await compress(file, cache);
  });
  await Promise.all(hands);
}

async function compress(file: string, cache: string): Promise<void> {
  const bytes = await readFile(file);
  if (bytes.length < SMALLEST) return;
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  for (const [form, packed] of Object.entries(FORMS)) {
    const kept = join(cache, `${hash}.${form}`);
    if (!existsSync(kept)) {
      // Never half written under its name: another build may be looking.
      const fresh = `${kept}.${process.pid}.tmp`;
      await writeFile(fresh, await packed(bytes));
      await rename(fresh, kept);
    }
    await copyFile(kept, `${file}.${form}`);
  }
}
