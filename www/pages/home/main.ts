/** The first page of the site. */
import { EngineHost } from '../../engine/host';
import { LABS } from '../../labs';
import { MemoryAddress } from '../../shell/address/browser-address';
import { browserClock, browserStorage, memoryStorage } from '../../shell/browser-ports';
import type { LabDefinition } from '../../shell/lab-definition';
import '../../shell/elements/lab';
import type { LabMount } from '../../shell/elements/lab';
import type { Language } from '../../shell/text/language';
import { effect } from '../../shell/store/effect';
import type { Spec } from '../../types/generated/Spec';
import { api } from '../api';
import { PageFrame } from '../frame';
import { incompleteNotice } from '../incomplete';
import '../site-footer/site-footer';
import '../site-header/site-header';
import type { SiteHeader } from '../site-header/site-header';
import { FRAME_TEXT } from '../text';
import './home-page';
import type { HomePage } from './home-page';

/** What is tried here: the lab's smallest experiment, shorter, and writing more often. */
function smallest(definition: LabDefinition, language: Language): Spec {
  const spec = structuredClone(definition.presets(language)[0]!.spec);
  Object.assign(spec.base.training, { steps: 240, warmup_steps: 20 });
  Object.assign(spec.base.evaluation, { every: 60, sample_every: 8 });
  return spec;
}

export function showHome(): void {
  const site = new URL('./', document.baseURI);
  const frame = new PageFrame({ window, page: 'home', root: './' });
  window.tinyai = api(site);
  const header: SiteHeader = Object.assign(document.createElement('tinyai-site-header'), { frame, environment: null });
  const page: HomePage = Object.assign(document.createElement('tinyai-home-page'), { frame });
  header.addEventListener('skip', () => page.skip());
  document.body.append(header, page, Object.assign(document.createElement('tinyai-site-footer'), { frame }));
  const engine = new EngineHost({ assetBase: site, engineBase: new URL('engine/', site) });
  const hold = engine.acquire();
  hold.ask(() => Promise.resolve()).catch(() => undefined);
  const incomplete = (error: unknown): void => {
    header.failed = true;
    page.append(incompleteNotice(FRAME_TEXT[frame.language.current], error));
  };
  LABS['from-scratch']!().then((definition) => tryOut(definition, { frame, header, page, engine, release: () => hold.release(), incomplete }), incomplete);
}

interface TryOut {
  frame: PageFrame;
  header: SiteHeader;
  page: HomePage;
  engine: EngineHost;
  /** Lets go of the engine that was started beforehand. */
  release: () => void;
  incomplete: (error: unknown) => void;
}

/** Puts the experiment that is tried on the page, in the page's language. */
function tryOut(definition: LabDefinition, { frame, header, page, engine, release, incomplete }: TryOut): void {
  let mount: LabMount | null = null;
  let stop = (): void => undefined;
  frame.language.follow((language) => {
    // What was begun goes on in the other language's words; before, it begins with that language's text.
    if (mount?.store?.runner.view) {
      mount.language = language;
      return;
    }
    stop();
    mount?.remove();
    mount = Object.assign(document.createElement('tinyai-lab-mount') as LabMount, {
      definition,
      ports: { address: new MemoryAddress(), storage: browserStorage(window), tab: memoryStorage(), clock: browserClock, engine, language },
      initial: smallest(definition, language),
      language,
      show: ['samples'],
      plain: true,
      bare: true,
    });
    mount.addEventListener('words', () => {
      release();
      const { store } = mount!;
      stop = effect(() => {
        header.environment = store?.environment ?? null;
        header.failed = (store?.engineProblems.length ?? 0) > 0;
      });
    }, { once: true });
    mount.addEventListener('incomplete', (event) => incomplete((event as CustomEvent<unknown>).detail));
    page.append(mount);
  });
}
