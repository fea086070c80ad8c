/** The page of a lab, whose id is that of its folder. */
import { EngineHost } from '../engine/host';
import { LABS } from '../labs';
import { BrowserAddress } from '../shell/address/browser-address';
import { browserClock, browserStorage } from '../shell/browser-ports';
import '../shell/elements/lab';
import type { LabMount } from '../shell/elements/lab';
import { openLibrary, pagePort } from '../shell/library';
import { effect } from '../shell/store/effect';
import { tinyai } from './api';
import { PageFrame } from './frame';
import './site-header/site-header';
import type { SiteHeader } from './site-header/site-header';

/** Shows a lab on the page; `root`: the site's root, seen from the page. */
export async function showLab(id: string, root: string): Promise<void> {
  const site = new URL(root, document.baseURI);
  const address = new BrowserAddress(window, browserClock);
  const frame = new PageFrame({ window, page: id, root, address });
  const engine = new EngineHost({ assetBase: site, engineBase: new URL('engine/', site) });
  window.tinyai = tinyai;
  const header: SiteHeader = document.createElement('tinyai-site-header');
  Object.assign(header, { frame, environment: null });
  const mount = document.createElement('tinyai-lab-mount') as LabMount;
  Object.assign(mount, {
    definition: await LABS[id]!(),
    ports: { address, storage: browserStorage(window), clock: browserClock, engine, language: frame.language.current },
    library: openLibrary(window).then(({ library }) => library),
    page: pagePort(window),
    language: frame.language.current,
  });
  header.addEventListener('skip', () => mount.skip());
  frame.language.follow((language) => (mount.language = language));
  mount.addEventListener('words', () => followEngine(header, mount), { once: true });
  document.body.append(header, mount);
}

function followEngine(header: SiteHeader, { store }: LabMount): void {
  effect(() => {
    header.environment = store?.environment ?? null;
    header.failed = (store?.engineProblems.length ?? 0) > 0;
  });
}
