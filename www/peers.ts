/** What the benchmark's peers weigh on this site; see `pkg-config/xtask/src/bench_page.rs`. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of the scripts and modules in a folder; none where it is missing. */
export function peerBytes(folder = 'public/bench/peers'): number {
  const path = join(import.meta.dirname, folder);
  try {
    const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(m?js|wasm)$/.test(file));
    return files.reduce((sum, file) => sum + statSync(join(path, file)).size, 0);
  } catch {
    return 0;
  }
}
