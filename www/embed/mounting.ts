/** Mounts labs in pages of others: all of a page share one engine. */
import { TinyaiError, problem } from '../engine/error';
import { EngineHost } from '../engine/host';
import { specOf } from '../engine/spec/defaults';
import { LABS } from '../labs';
import { MemoryAddress } from '../shell/address/browser-address';
import { browserClock, memoryStorage } from '../shell/browser-ports';
import type { LabMount } from '../shell/elements/lab';
import '../shell/elements/lab';
import { openLibrary, type Library } from '../shell/library';
import { preferred, type Language } from '../shell/text/language';
import type { Spec } from '../types/generated/Spec';
import { Conversation, type Outside } from './conversation';
import type { EmbedMessage } from './protocol';

interface Mounting {
  /** Where the site is. */
  site: URL;
  attributes: { lab: string | null; spec: string | null; lang: string | null; show: string | null; lock: string | null };
  /** Tells of what happens. */
  told: (message: EmbedMessage) => void;
  /** The page around, where it is to be talked to. */
  outside?: Outside;
}

export interface Mounted {
  mount: LabMount;
  dispose(): void;
}

/** What all labs of a page share, while there is one. */
let shared: { host: EngineHost; library: Promise<Library>; labs: number } | null = null;

function share(site: URL): NonNullable<typeof shared> {
  // Nothing of a lab is kept in the storage of somebody else's page.
  shared ??= {
    host: new EngineHost({ assetBase: site, engineBase: new URL('engine/', site) }),
    library: openLibrary({}).then(({ library }) => library),
    labs: 0,
  };
  shared.labs++;
  return shared;
}

function letGo(): void {
  if (!shared || --shared.labs > 0) return;
  shared.host.dispose();
  void shared.library.then((library) => library.dispose());
  shared = null;
}

export async function mountLab({ site, attributes, told, outside }: Mounting): Promise<Mounted> {
  const { lab, spec, lang, lock } = attributes;
  const load = LABS[lab ?? ''];
  if (!load) {
    const names = Object.keys(LABS).join(', ');
    throw new TinyaiError([problem('not_found', `There is no lab ${JSON.stringify(lab)}; there are ${names}.`, `没有名为 ${JSON.stringify(lab)} 的实验，可选的有：${names}。`)]);
  }
  const definition = await load();
  const language: Language = lang === 'zh' || lang === 'en' ? lang : preferred(navigator.languages);
  const initial = spec === null ? undefined : specIn(spec, definition.presets(language)[0]!.spec);
  const common = share(site);
  const mount = document.createElement('tinyai-lab-mount') as LabMount;
  Object.assign(mount, {
    definition,
    ports: { address: new MemoryAddress('', new URL(`labs/${definition.id}/`, site).href), storage: memoryStorage(), clock: browserClock, engine: common.host, language },
    library: common.library,
    page: { onHide: () => () => undefined },
    language,
    lock: lock === null ? [] : lock.split(',').map((name) => name.trim()),
    ...(initial && { initial }),
  });
  mount.setAttribute('embedded', '');
  let conversation: Conversation | null = null;
  const speak = (): void => {
    if (conversation || !mount.store) return;
    conversation = new Conversation({
      store: mount.store,
      outside: outside ?? { is: () => false, listen: () => () => undefined, post: (message) => told(message as EmbedMessage) },
      language: () => mount.language,
      setLanguage: (chosen) => (mount.language = chosen),
    });
  };
  mount.addEventListener('words', speak);
  return {
    mount,
    dispose: () => {
      conversation?.dispose();
      letGo();
    },
  };
}

/** A spec that a page's author wrote. */
function specIn(text: string, otherwise: Spec): Spec {
  try {
    const { base = {}, runs = otherwise.runs } = JSON.parse(text) as Partial<Spec>;
    return specOf(base, structuredClone(runs));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new TinyaiError([problem('bad_file', `The experiment in the attribute spec is not JSON: ${detail}.`, `spec 属性中的实验不是有效的 JSON：${detail}。`)]);
  }
}

