/** Talks for a lab with the page around it, and with nobody else. */
import { problem, problemsOf } from '../engine/error';
import { specOf } from '../engine/spec/defaults';
import { fits, schema } from '../engine/spec/schema';
import { effect } from '../shell/store/effect';
import type { LabStore } from '../shell/store/lab-store';
import { LANGUAGES, type Language } from '../shell/text/language';
import type { Problem } from '../types/generated/Problem';
import type { Spec } from '../types/generated/Spec';
import { asked, said, type EmbedMessage, type EmbedRequest, type EmbedState } from './protocol';

/** The page around. */
export interface Outside {
  /** Whether a message came from it. */
  is(event: MessageEvent): boolean;
  post(message: object): void;
  /** Hears all messages until the function that is returned is called. */
  listen(heard: (event: MessageEvent) => void): () => void;
}

export interface Spoken {
  store: LabStore;
  outside: Outside;
  language(): Language;
  setLanguage(language: Language): void;
}

export class Conversation {
  private readonly stops: (() => void)[] = [];

  constructor(private readonly spoken: Spoken) {
    const { store, outside } = spoken;
    this.stops.push(outside.listen((event) => this.hear(event)));
    this.stops.push(effect(() => this.tellProgress()));
    this.stops.push(effect(() => this.tellEnd()));
    this.say({ type: 'ready', lab: store.definition.id, lang: spoken.language() });
  }

  dispose(): void {
    for (const stop of this.stops.splice(0)) stop();
  }

  private say(message: EmbedMessage, id: unknown = null): void {
    this.spoken.outside.post(said(message, id));
  }

  private readonly told = new Map<number, number>();

  private tellProgress(): void {
    const { current } = this.spoken.store.runner;
    current?.runs.forEach((run, index) => {
      if (run.step === 0 || this.told.get(index) === run.step) return;
      this.told.set(index, run.step);
      this.say({ type: 'progress', run: index, name: run.name, step: run.step, steps: run.steps, loss: run.curve('loss').values.at(-1) ?? null });
    });
  }

  private lastResult: unknown = null;
  private lastProblems = '[]';

  private tellEnd(): void {
    const { runner } = this.spoken.store;
    const result = runner.current?.result ?? null;
    if (result && result !== this.lastResult && !runner.busy) {
      this.lastResult = result;
      this.told.clear();
      this.say({ type: 'result', result });
    }
    const problems = [...runner.problems, ...(runner.current?.failures ?? [])];
    const now = JSON.stringify(problems);
    if (now !== this.lastProblems && problems.length > 0) this.say({ type: 'error', problems });
    this.lastProblems = now;
  }

  private hear(event: MessageEvent): void {
    if (!this.spoken.outside.is(event)) return;
    const message = asked(event.data);
    if (!message) return;
    if (!message.request) return this.say({ type: 'error', problems: [unknownType(message.type)] }, message.id);
    try {
      this.obey(message.request);
      this.say({ type: 'state', state: this.state }, message.id);
    } catch (error) {
      this.say({ type: 'error', problems: problemsOf(error) }, message.id);
    }
  }

  private obey(request: EmbedRequest): void {
    const { store, setLanguage } = this.spoken;
    switch (request.type) {
      case 'run':
        if (request.spec !== undefined) store.editor.replace(specIn(request.spec, store));
        void store.runChecked().then((problems) => problems.length > 0 && this.say({ type: 'error', problems: [...problems] }));
        return;
      case 'cancel':
        return store.runner.cancel();
      case 'setSpec':
        return store.editor.replace(specIn(request.spec, store));
      case 'setState': {
        const { spec, result, lang } = (request.state ?? {}) as Partial<EmbedState>;
        store.editor.replace(specIn(spec, store));
        if (result) store.runner.show(result, new Date());
        if (lang !== undefined) setLanguage(languageIn(lang));
        return;
      }
      case 'setLang':
        return setLanguage(languageIn(request.lang));
      case 'getState':
        return;
    }
  }

  private get state(): EmbedState {
    const { store, language } = this.spoken;
    return { spec: store.editor.spec, result: store.runner.view?.result ?? null, lang: language() };
  }
}

/** A spec that leaves out what is default. */
function specIn(json: unknown, store: LabStore): Spec {
  const { base = {}, runs } = (typeof json === 'object' && json !== null ? json : {}) as { base?: object; runs?: Spec['runs'] };
  const spec = specOf(base, runs ?? structuredClone(store.editor.spec.runs));
  if (typeof json === 'object' && json !== null && fits(spec, schema) && spec.runs.length > 0) return spec;
  throw [problem('wrong_type', 'What was sent is no experiment: it needs the shape { base, runs } of a spec.', '收到的内容不是实验配置，它应当是 { base, runs } 形式的对象。')];
}

function languageIn(value: unknown): Language {
  const language = LANGUAGES.find((known) => known === value);
  if (language) return language;
  throw [problem('not_allowed', `The language is ${JSON.stringify(value)}; there are ${LANGUAGES.join(', ')}.`, `语言是 ${JSON.stringify(value)}，可选的有 ${LANGUAGES.join('、')}。`)];
}

const unknownType = (type: string): Problem =>
  problem('unknown_field', `There is no request of the type ${JSON.stringify(type)}.`, `没有类型为 ${JSON.stringify(type)} 的请求。`, type);
