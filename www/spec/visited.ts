/** What each page's address held last in this tab, so that a way back to the page leads to the experiment that was left there. */

const key = (pathname: string): string => `tinyai-hash:${pathname}`;

/** Notes the hash of the page that is shown. */
export function remember(): void {
  sessionStorage.setItem(key(location.pathname), location.hash);
}

/** The address of a page, with the hash that it had last. */
export function addressOf(page: URL): string {
  return page.href + (sessionStorage.getItem(key(page.pathname)) ?? '');
}
