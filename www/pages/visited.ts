/** What each page's address ended in last in this tab, so that a way back to the page leads to the experiment that was left there. */
import type { StoragePort } from '../shell/ports';

export class Visited {
  /** The storage is that of a tab. */
  constructor(private readonly storage: StoragePort) {}

  /** Notes the end of a page's address: its query and hash. */
  note(page: URL, end: string): void {
    this.storage.set(key(page), end);
  }

  /** The address of a page as it was left. */
  addressOf(page: URL): string {
    const end = this.storage.get(key(page)) ?? '';
    // Whatever else is found there is not ours.
    return new URL(/^[?#]/.test(end) ? end : '', page).href;
  }
}

const key = ({ pathname }: URL): string => `tinyai-left:${pathname}`;
