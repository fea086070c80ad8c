/** Mounts labs in pages of others: all of a page share one engine. */
import { TinyaiError, problem, problemsOf } from '../engine/error';
import { EngineHost } from '../engine/host';
import { LABS } from '../labs';
import { MemoryAddress } from '../shell/address/browser-address';
import { browserClock, memoryStorage } from '../shell/browser-ports';
import type { LabMount } from '../shell/elements/lab';
import '../shell/elements/lab';
import { preferred, type Language } from '../shell/text/language';
import { loadWords } from '../shell/text/words';
import type { Problem } from '../types/generated/Problem';
import { Conversation, closed } from './conversation';
import { asked, errorOf, shown, type EmbedMessage, type EmbedState } from './protocol';
import { settingsOf, type Settings, type Written } from './settings';

export interface Mounting {
  /** Where the site is. */
  site: URL;
  written: Written;
  /** Language tags that count where the author names no language, before those of the browser. */
  around?: readonly string[];
  /** How it stood when it was last taken away. */
  kept?: EmbedState | null;
  /** Tells of what happens. */
  say: (message: EmbedMessage) => void;
}

export interface Mounted {
  mount: LabMount;
  /** What was written and means nothing. */
  problems: readonly Problem[];
  /** Answers a message once the lab can; null where it is for nobody here. */
  answer(data: unknown): Promise<{ message: EmbedMessage; id: unknown }> | null;
  /** How it stands; null before it can be asked. */
  state(): EmbedState | null;
  /** Writes what can be changed without another lab: language, figures, theme. */
  dress(written: Written): void;
  dispose(): void;
}

/** What all labs of a page share, while there is one. */
let common: { host: EngineHost; labs: number } | null = null;

function share(site: URL): EngineHost {
  common ??= { host: new EngineHost({ assetBase: site, engineBase: new URL('engine/', site) }), labs: 0 };
  common.labs++;
  return common.host;
}

function letGo(): void {
  if (!common || --common.labs > 0) return;
  common.host.dispose();
  common = null;
}

/** Makes a lab that is ready to be put into a document; it begins there. */
export async function mountLab({ site, written, around = [], kept = null, say }: Mounting): Promise<Mounted> {
  const load = Object.hasOwn(LABS, written.lab ?? '') ? LABS[written.lab!] : undefined;
  if (!load) throw new TinyaiError([noLab(written.lab)]);
  const definition = await load();
  let settings = settingsOf(written, definition);
  const languageFor = ({ language }: Settings): Language => language ?? preferred([...around, ...navigator.languages]);
  const language = languageFor(settings);
  // Whatever cannot be loaded is told of before anything is drawn.
  await loadWords(language, definition.text);
  const host = share(site);
  const mount = document.createElement('tinyai-lab-mount') as LabMount;
  const address = new MemoryAddress(settings.hash, new URL(`labs/${definition.id}/`, site).href);
  Object.assign(mount, {
    definition,
    ports: { address, storage: memoryStorage(), tab: memoryStorage(), clock: browserClock, engine: host, language },
    language,
    lock: settings.lock,
    embedded: true,
  } satisfies Partial<LabMount>);
  let conversation: Conversation | null = null;
  let begun!: { resolve(begun: Conversation): void; reject(error: unknown): void };
  const beginning = new Promise<Conversation>((resolve, reject) => (begun = { resolve, reject }));
  beginning.catch(() => undefined);
  const begin = (): void => {
    if (conversation || !mount.store) return;
    conversation = new Conversation({
      store: mount.store,
      say,
      language: () => mount.language,
      setLanguage: async (chosen) => {
        await loadWords(chosen, definition.text);
        mount.language = chosen;
      },
    });
    if (kept) conversation.show(kept.spec, kept.result);
    begun.resolve(conversation);
    if (settings.problems.length > 0) say(errorOf(settings.problems));
  };
  mount.addEventListener('words', begin);
  const dress = (now: Settings): void => {
    // The reader, or a message, may have chosen another one since.
    if (now.language !== settings.language) mount.language = languageFor(now);
    mount.show = now.show;
    if (now.theme) mount.setAttribute('theme', now.theme);
    else mount.removeAttribute('theme');
    settings = now;
  };
  dress(settings);
  return {
    mount,
    problems: settings.problems,
    answer: (data) => {
      const message = asked(data);
      if (!message) return null;
      const { id } = message;
      if ('problem' in message) return Promise.resolve({ message: errorOf([message.problem]), id });
      return beginning.then(
        async (conversation) => ({ message: await conversation.answer(message.request), id }),
        (error: unknown) => ({ message: errorOf(problemsOf(error)), id }),
      );
    },
    state: () => conversation?.state ?? kept,
    dress: (changed) => dress(settingsOf(changed, definition)),
    dispose: () => {
      mount.removeEventListener('words', begin);
      conversation?.dispose();
      begun.reject(new TinyaiError([closed()]));
      letGo();
    },
  };
}

function noLab(lab: string | null): Problem {
  const names = Object.keys(LABS).join(', ');
  const en = lab === null ? `No lab is named; there are ${names}.` : `There is no lab ${shown(lab)}; there are ${names}.`;
  const zh = lab === null ? `没有指定实验，可选的有：${names}。` : `没有名为 ${shown(lab)} 的实验，可选的有：${names}。`;
  return problem('not_found', en, zh, lab);
}
