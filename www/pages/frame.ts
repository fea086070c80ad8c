/** What a page is set in: its language and theme, whether it is presented, its title, and the ways to the other pages. */
import { adoptFonts } from '../kit/fonts/fonts';
import { adoptTokens } from '../kit/tokens.css';
import { browserStorage } from '../shell/browser-ports';
import type { AddressPort, StoragePort, Theme } from '../shell/ports';
import type { Language } from '../shell/text/language';
import type { Text } from '../types/generated/Text';
import type { Choice } from './choice';
import { pageLanguage } from './language';
import { FOOT_PAGES, SITE_PAGES, type SitePage } from './site-pages';
import { pagePresenting, showPresenting, type Presenting } from './present';
import { FRAME_TEXT } from './text';
import { pageTheme, showTheme } from './theme';
import { Visited } from './visited';

/** A page to go to. */
export interface PageLink {
  id: string;
  name: Text;
  /** Whole. */
  href: string;
}

export interface FrameOptions {
  window: Window;
  /** Id of the page that is shown. */
  page: string;
  /** The site's root, seen from the page, such as `../`. */
  root: string;
  pages?: readonly SitePage[];
  /** What writes the page's hash, perhaps later than it changes; by default nothing does. */
  address?: Pick<AddressPort, 'read'>;
}

export class PageFrame {
  readonly page: string;
  /** The site's first page. */
  readonly home: string;
  readonly pages: readonly PageLink[];
  /** Those linked from the foot of the page. */
  readonly foot: readonly PageLink[];
  readonly storage: StoragePort;
  readonly language: Choice<Language>;
  readonly theme: Choice<Theme>;
  readonly presenting: Choice<Presenting>;
  private readonly visited: Visited;
  private readonly ends: (() => void)[] = [];

  /** Gives the page its theme, language and title at once; from then on they follow what is chosen, until `dispose`. */
  constructor({ window, page, root, pages = SITE_PAGES, address }: FrameOptions) {
    const { document } = window;
    const home = new URL(root, document.baseURI);
    this.page = page;
    const link = ({ id, name, path }: SitePage): PageLink => ({ id, name, href: new URL(path, home).href });
    this.home = home.href;
    this.pages = pages.map(link);
    this.foot = FOOT_PAGES.map(link);
    this.storage = browserStorage(window);
    this.language = pageLanguage(this.storage, window.navigator.languages);
    this.theme = pageTheme(this.storage);
    const tab = browserStorage(window, 'sessionStorage');
    this.presenting = pagePresenting(tab);
    this.visited = new Visited(tab);
    adoptTokens(document);
    adoptFonts(document, home);
    this.ends.push(showTheme(this.theme, document.documentElement), showPresenting(this.presenting, window), this.language.follow((language) => this.entitle(document, language)));
    const leave = (): void => {
      const { search, hash, href } = window.location;
      this.visited.note(new URL(href), search + (address?.read() ?? hash));
    };
    window.addEventListener('pagehide', leave);
    this.ends.push(() => window.removeEventListener('pagehide', leave));
  }

  /** The address of a page as the visitor left it in this tab; it changes when that is visited. */
  addressOf({ href }: PageLink): string {
    return this.visited.addressOf(new URL(href));
  }

  dispose(): void {
    for (const end of this.ends.splice(0)) end();
  }

  private entitle(document: Document, language: Language): void {
    const text = FRAME_TEXT[language];
    const name = [...this.pages, ...this.foot].find(({ id }) => id === this.page)?.name[language];
    document.documentElement.lang = text.languageTag;
    document.title = name === undefined ? text.title : `${name} · ${text.title}`;
  }
}
