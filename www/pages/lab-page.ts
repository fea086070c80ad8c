/** The page of a lab, whose id is that of its folder. */
import { EngineHost } from '../engine/host';
import { LABS } from '../labs';
import { BrowserAddress } from '../shell/address/browser-address';
import { browserClock, browserStorage } from '../shell/browser-ports';
import '../shell/elements/lab';
import type { LabMount } from '../shell/elements/lab';
import { openLibrary, pagePort } from '../shell/library';
import { effect } from '../shell/store/effect';
import { api } from './api';
import './embed-dialog/embed-action';
import { PageFrame } from './frame';
import { incompleteNotice } from './incomplete';
import { SECTIONS } from './home/sections';
import './site-footer/site-footer';
import './site-header/site-header';
import type { SiteHeader } from './site-header/site-header';
import { FRAME_TEXT } from './text';

/** Shows a lab on the page; `root`: the site's root, seen from the page. */
export async function showLab(id: string, root: string): Promise<void> {
  const site = new URL(root, document.baseURI);
  const address = new BrowserAddress(window, browserClock);
  const frame = new PageFrame({ window, page: id, root, address });
  const { language } = frame;
  window.tinyai = api(site);
  const header: SiteHeader = document.createElement('tinyai-site-header');
  Object.assign(header, { frame, environment: null });
  document.body.append(header);
  const incomplete = (error: unknown): void => {
    header.failed = true;
    document.body.append(incompleteNotice(FRAME_TEXT[language.current], error));
  };
  try {
    const mount = document.createElement('tinyai-lab-mount') as LabMount;
    const query = new URLSearchParams(window.location.search);
    const engine = new EngineHost({ assetBase: site, engineBase: new URL('engine/', site) });
    // It starts while the lab and its texts come; the lab then has a hold on it of its own.
    const hold = engine.acquire();
    hold.ask(() => Promise.resolve()).catch(() => undefined);
    Object.assign(mount, {
      definition: await LABS[id]!(),
      ports: { address, storage: browserStorage(window), tab: browserStorage(window, 'sessionStorage'), clock: browserClock, engine, language: language.current },
      home: { opened: openLibrary(window), page: pagePort(window), site: site.href, after: sectionAfter(id, site), library: new URL('library/', site).href, entry: query.get('entry'), class: query.get('class') ?? '' },
      lessons: true,
      language: language.current,
    });
    mount.append(Object.assign(document.createElement('tinyai-embed-action'), { site, slot: 'actions' }));
    header.addEventListener('skip', () => mount.skip());
    language.follow((language) => (mount.language = language));
    frame.presenting.follow((presenting) => (mount.presenting = presenting === 'on'));
    mount.addEventListener('words', () => {
      hold.release();
      // Below what is there: nothing moves.
      document.body.append(Object.assign(document.createElement('tinyai-site-footer'), { frame }));
      followEngine(header, mount);
      leaveEntry(mount);
    }, { once: true });
    mount.addEventListener('incomplete', (event) => {
      hold.release();
      incomplete((event as CustomEvent<unknown>).detail);
    });
    document.body.append(mount);
  } catch (error) {
    incomplete(error);
  }
}

/** The next section of the chapter that has a lab. */
function sectionAfter(lab: string, site: URL) {
  const next = SECTIONS.slice(SECTIONS.findIndex((section) => section.lab === lab) + 1).find((section) => section.lab !== null);
  if (!next) return null;
  const { number, title } = next;
  return { title: { en: `${number} ${title.en}`, zh: `${number} ${title.zh}` }, href: new URL(`labs/${next.lab}/`, site).href };
}

function followEngine(header: SiteHeader, { store }: LabMount): void {
  effect(() => {
    header.environment = store?.environment ?? null;
    header.failed = (store?.engineProblems.length ?? 0) > 0;
  });
}

/** What is run is another entry than the one that was opened. */
function leaveEntry({ store }: LabMount): void {
  effect(() => {
    const address = new URL(window.location.href);
    if (!store?.runner.busy || !address.searchParams.has('entry')) return;
    address.searchParams.delete('entry');
    try {
      window.history.replaceState(window.history.state, '', address);
    } catch {
      // Browsers allow few changes in a short time; the entry is opened again after a reload, no more.
    }
  });
}
