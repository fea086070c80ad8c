/** Speaks for a lab: tells what happens in it, and does what it is asked. */
import { TinyaiError, problem, problemsOf } from '../engine/error';
import type { Lab } from '../engine/lab';
import { SPEC_VERSION } from '../engine/spec/defaults';
import { whole } from '../engine/spec/whole';
import { isResult } from '../shell/library/check';
import { effect, until } from '../shell/store/effect';
import { RESULT_VERSION, type ExperimentView } from '../shell/store/experiment-view';
import type { LabStore } from '../shell/store/lab-store';
import type { BrokenLink } from '../shell/store/link-reader';
import { LANGUAGES, type Language } from '../shell/text/language';
import type { ExperimentResult } from '../types/generated/ExperimentResult';
import type { Problem } from '../types/generated/Problem';
import type { Spec } from '../types/generated/Spec';
import { languageOf } from './settings';
import { errorOf, shown, type EmbedMessage, type EmbedRequest, type EmbedState } from './protocol';

export interface Spoken {
  store: Pick<LabStore, 'definition' | 'editor' | 'runner' | 'problems' | 'runnable'> & { lab: Pick<Lab, 'check'> };
  /** Tells whoever listens. */
  say(message: EmbedMessage): void;
  language(): Language;
  setLanguage(language: Language): Promise<void>;
}

export class Conversation {
  private readonly stops: (() => void)[] = [];
  private readonly life = new AbortController();
  /** The experiment whose steps were told, and those steps by run. */
  private told: { view: ExperimentView | null; steps: Map<number, number> } = { view: null, steps: new Map() };
  private lastResult: ExperimentResult | null = null;
  private lastProblems = '[]';
  /** Requests are answered in their order. */
  private answering: Promise<unknown> = Promise.resolve();

  constructor(private readonly spoken: Spoken) {
    const { store } = spoken;
    spoken.say({ type: 'ready', lab: store.definition.id, lang: spoken.language() });
    this.stops.push(effect(() => this.tell()));
  }

  dispose(): void {
    this.life.abort(new TinyaiError([closed()]));
    for (const stop of this.stops.splice(0)) stop();
  }

  /** Does what is asked, after what was asked before; gives the answer. */
  answer(request: EmbedRequest): Promise<EmbedMessage> {
    const answer = this.answering.then(async (): Promise<EmbedMessage> => {
      try {
        this.life.signal.throwIfAborted();
        await this.obey(request);
        return { type: 'state', state: this.state };
      } catch (error) {
        return errorOf(problemsOf(error));
      }
    });
    this.answering = answer;
    return answer;
  }

  /** How things stand. */
  get state(): EmbedState {
    const { store, language } = this.spoken;
    return { spec: store.editor.spec, result: store.runner.view?.result ?? null, lang: language() };
  }

  // ---- What it tells

  private tell(): void {
    this.tellProgress();
    this.tellResult();
    this.tellProblems();
  }

  private tellProgress(): void {
    const { current } = this.spoken.store.runner;
    if (current !== this.told.view) this.told = { view: current, steps: new Map() };
    // One that was given back, or told to its end.
    if (!current || (current.result !== null && current.result === this.lastResult)) return;
    current.runs.forEach((run, index) => {
      if (run.step === 0 || this.told.steps.get(index) === run.step) return;
      this.told.steps.set(index, run.step);
      this.spoken.say({ type: 'progress', run: index, name: run.name, step: run.step, steps: run.steps, loss: run.curve('loss').values.at(-1) ?? null });
    });
  }

  private tellResult(): void {
    const { runner } = this.spoken.store;
    const result = runner.current?.result ?? null;
    if (!result || result === this.lastResult || runner.busy) return;
    this.lastResult = result;
    this.spoken.say({ type: 'result', result });
  }

  private tellProblems(): void {
    const { store } = this.spoken;
    const link = store.editor.brokenLink;
    const problems = [...(link ? linkProblems(link) : []), ...store.problems];
    const now = JSON.stringify(problems);
    if (now !== this.lastProblems && problems.length > 0) this.spoken.say(errorOf(problems));
    this.lastProblems = now;
  }

  // ---- What it does

  private async obey(request: EmbedRequest): Promise<void> {
    const { store } = this.spoken;
    const { editor, runner } = store;
    switch (request.type) {
      case 'run': {
        if (request.spec === undefined) await this.written();
        const spec = request.spec === undefined ? editor.spec : await this.checked(request.spec);
        if (runner.busy) throw new TinyaiError([busy()]);
        if (request.spec !== undefined) editor.replace(spec);
        void runner.start(spec);
        return;
      }
      case 'cancel':
        return runner.cancel();
      case 'setSpec':
        return editor.replace(await this.checked(request.spec));
      case 'setState':
        return this.restore(request.state);
      case 'setLang':
        return this.spoken.setLanguage(languageIn(request.lang));
      case 'getState':
        return;
    }
  }

  private async restore(state: unknown): Promise<void> {
    const { store, setLanguage } = this.spoken;
    const { spec, result = null, lang } = (typeof state === 'object' && state !== null ? state : {}) as Partial<EmbedState>;
    const language = lang === undefined ? null : languageIn(lang);
    const measured = result === null ? null : wholeResult(result);
    const checked = await this.checked(spec);
    if (measured && store.runner.busy) throw new TinyaiError([busy()]);
    this.show(checked, measured);
    if (language !== null) await setLanguage(language);
  }

  /** Shows an experiment, and what was measured in it, if anything was. */
  show(spec: Spec, result: ExperimentResult | null): void {
    const { editor, runner } = this.spoken.store;
    editor.replace(spec);
    if (result === null) return;
    // It is known already to whoever gives it.
    this.lastResult = result;
    runner.show(result, new Date());
  }

  /** Waits until the experiment is written as it is to be, and can be run; refused with all that is wrong with it. */
  private async written(): Promise<void> {
    const { store } = this.spoken;
    const { editor } = store;
    await until(() => !editor.opening && !isUnexplained(editor.brokenLink), this.life.signal);
    let spec: Spec;
    do await this.refuse((spec = editor.spec));
    while (editor.spec !== spec);
    if (editor.brokenLink) throw new TinyaiError([...linkProblems(editor.brokenLink)]);
    if (store.runnable) return;
    const { problems } = store;
    throw new TinyaiError(problems.length > 0 ? [...problems] : [notRunnable()]);
  }

  /** A spec that leaves out what is default, whole; refused with all that is wrong with it. */
  private async checked(json: unknown): Promise<Spec> {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new TinyaiError([noSpec(json)]);
    const { runs } = this.spoken.store.editor.spec;
    const spec = whole(json, runs);
    await this.refuse(spec ?? { version: SPEC_VERSION, runs, ...json });
    // The form can show no other.
    if (!spec) throw new TinyaiError([noSpec(json)]);
    return spec;
  }

  private async refuse(spec: unknown): Promise<void> {
    const problems = await this.spoken.store.lab.check(spec, this.life.signal);
    if (problems.length > 0) throw new TinyaiError(problems);
  }
}

function languageIn(value: unknown): Language {
  const language = typeof value === 'string' ? languageOf(value) : undefined;
  if (language) return language;
  throw new TinyaiError([problem('not_allowed', `The language is ${shown(value)}; there are ${LANGUAGES.join(', ')}.`, `语言是 ${shown(value)}，可选的有 ${LANGUAGES.join('、')}。`, shown(value))]);
}

/** A result as labs show it, from whoever kept it. */
function wholeResult(result: unknown): ExperimentResult {
  const spec = isResult(result) && result.version === RESULT_VERSION ? whole(result.spec) : null;
  if (!spec) throw new TinyaiError([noResult()]);
  return { ...(result as ExperimentResult), spec };
}

/** Whether the engine is still to say what is wrong. */
const isUnexplained = (link: BrokenLink | null): boolean => link?.reason === 'refused' && link.problems.length === 0;

function linkProblems({ reason, problems, detail }: BrokenLink): readonly Problem[] {
  if (problems.length > 0) return problems;
  if (reason === 'refused') return [];
  const en = reason === 'cut_off' ? 'The spec breaks off, or is no JSON.' : 'The spec can be read neither as JSON nor as what stands in a link after “#spec=”.';
  const zh = reason === 'cut_off' ? 'spec 不完整，或者不是 JSON。' : 'spec 既不是 JSON，也不是链接中 “#spec=” 之后的内容。';
  return [problem('bad_file', en, zh, detail)];
}

const noSpec = (json: unknown): Problem =>
  problem(
    'wrong_type',
    `The spec is ${shown(json).slice(0, 60)}, which is no experiment: it needs the shape { base, runs }.`,
    `spec 是 ${shown(json).slice(0, 60)}，不是实验配置，应当是 { base, runs } 形式的对象。`,
  );

const noResult = (): Problem =>
  problem('wrong_type', 'The result in the state is none that a lab has given: give back the state as getState told it.', '状态中的 result 不是实验给出的结果，请原样传回 getState 得到的状态。');

const notRunnable = (): Problem =>
  problem('conflict', 'The experiment cannot be run as it stands: files for it are being read, or something typed in its form is no value.', '实验现在无法运行：所需的文件正在读取，或者表单中有无效的输入。');

const busy = (): Problem => problem('conflict', 'An experiment is running already: cancel it first, or wait for its result.', '已有实验正在运行：请先取消，或等待其结果。');

export const closed = (): Problem => problem('internal', 'The lab was taken out of the page.', '实验已从页面中移除。');
