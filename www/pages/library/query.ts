/** The query of a browser's address. */
import type { QueryPort } from './desk';

export function browserQuery(window: Window): QueryPort {
  const { location, history } = window;
  // Nothing but the query changes.
  const address = (query: string): string => `${location.pathname}${query}`;
  return {
    read: () => location.search,
    go(query) {
      try {
        history.pushState(null, '', address(query));
        window.scrollTo(0, 0);
      } catch {
        // Where the browser allows no more changes, the page changes all the same.
      }
    },
    href: (query) => new URL(address(query), location.href).href,
    follow(changed) {
      window.addEventListener('popstate', changed);
      return () => window.removeEventListener('popstate', changed);
    },
  };
}
