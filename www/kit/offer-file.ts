/** Gives the visitor a file that the page made. */

/** Whatever calls a while later. */
export interface Later {
  after(milliseconds: number, act: () => void): unknown;
}

/** Browsers read a file that is downloaded a while after it was asked for. */
const READ_WITHIN = 60_000;

export function offerFile(document: Document, content: Blob, name: string, clock: Later): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  clock.after(READ_WITHIN, () => URL.revokeObjectURL(link.href));
}

/** A name that every system takes as that of a file. */
export const fileName = (name: string): string => name.replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ').replace(/\s+/g, ' ').trim().slice(0, 80) || 'tinyai';
