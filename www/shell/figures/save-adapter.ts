/** Gives the visitor an adapter as PEFT's two files. */
import { CONFIG, WEIGHTS } from '../../engine/assets/adapter-problems';
import type { PeftFiles } from '../../engine/shelf/shelf';
import { offerFile, type Later } from '../../kit/offer-file';

export function saveAdapter(document: Document, { config, weights }: PeftFiles, clock: Later): void {
  offerFile(document, new Blob([config], { type: 'application/json' }), CONFIG, clock);
  // A copy: a view of shared memory is no part of a blob.
  offerFile(document, new Blob([new Uint8Array(weights)], { type: 'application/octet-stream' }), WEIGHTS, clock);
}
