/** Files of the visitor that are being read for fields of the form, whichever of its tabs is shown. */
import { Signal } from 'signal-polyfill';
import type { AssetStore } from '../../engine/assets';
import { TinyaiError, problemsOf } from '../../engine/error';
import { equal } from '../../engine/spec/patch';
import type { GivenFiles, Taking } from '../../kit/form/taking-files';
import { effect } from './effect';
import type { SpecEditor } from './spec-editor';

interface Going {
  scope: string;
  path: string;
  /** What the field held when they were given. */
  before: unknown;
  abort: AbortController;
  taking: Taking;
}

export interface FileTakingsOptions {
  assets: Pick<AssetStore, 'addOwn'>;
  editor: Pick<SpecEditor, 'scope' | 'runOf' | 'ownValue' | 'setValue' | 'setFileProblems'>;
}

export class FileTakings {
  private readonly all = new Signal.State<readonly Going[]>([]);
  private readonly stopFollowing: () => void;

  constructor(private readonly options: FileTakingsOptions) {
    this.stopFollowing = effect(() => {
      for (const going of this.all.get()) if (!this.isWanted(going)) going.abort.abort();
    });
  }

  /** What is being read, oldest first. */
  get reading(): readonly Taking[] {
    return this.all.get().filter((going) => this.isWanted(going)).map(({ taking }) => taking);
  }

  /** What is being read for a field of what the form shows. */
  at(path: string): Taking | null {
    const { scope } = this.options.editor;
    return this.all.get().find((going) => going.scope === scope && going.path === path && this.isWanted(going))?.taking ?? null;
  }

  /**
   * Takes in files for a field of what the form shows, and puts them into the spec if they can be used. What is wrong with them stands at the
   * field until others are given: nothing runs meanwhile, least of all something else than what was chosen.
   */
  async take(path: string, given: GivenFiles): Promise<void> {
    const { assets, editor } = this.options;
    const { scope } = editor;
    this.stop(path);
    const abort = new AbortController();
    const { signal } = abort;
    const [first] = given.from === 'drop' ? given.transfer.files : given.files;
    this.all.set([...this.all.get(), { scope, path, before: editor.ownValue(scope, path), abort, taking: { name: first?.name ?? '', done: 0, total: null } }]);
    const onProgress = ({ asset: name, received: done, total }: { asset: string; received: number; total: number | null }): void => this.progress(abort, { name, done, total });
    try {
      const asset = await assets.addOwn(given.from === 'drop' ? given.transfer.items : given.files, path === 'model.base' ? 'model' : 'text', { signal, onProgress });
      if (signal.aborted) return;
      this.drop(abort);
      const run = editor.runOf(scope);
      if (run !== null) editor.setValue(path, asset.name, run);
    } catch (error) {
      if (signal.aborted) return;
      editor.setFileProblems(scope, path, problemsOf(error));
      if (!(error instanceof TinyaiError)) console.error(error);
    } finally {
      this.drop(abort);
    }
  }

  /** Ends the reading for a field of what the form shows. */
  stop(path: string): void {
    const { scope } = this.options.editor;
    for (const { abort } of this.all.get().filter((going) => going.scope === scope && going.path === path)) {
      abort.abort(new DOMException('stopped by the visitor', 'AbortError'));
      this.drop(abort);
    }
  }

  dispose(): void {
    this.stopFollowing();
    for (const { abort } of this.all.get()) abort.abort();
    this.all.set([]);
  }

  /** Whether the field is there, and nothing else was chosen for it since. */
  private isWanted({ scope, path, before, abort }: Going): boolean {
    const { editor } = this.options;
    return !abort.signal.aborted && editor.runOf(scope) !== null && equal(editor.ownValue(scope, path), before);
  }

  /** Files come in thousands of parts: only what can be seen is told. */
  private progress(abort: AbortController, taking: Taking): void {
    const percent = ({ done, total }: Taking): number => (total ? Math.floor((100 * done) / total) : -1);
    const before = this.all.get().find((going) => going.abort === abort)?.taking;
    if (!before || (before.name === taking.name && percent(before) === percent(taking))) return;
    this.all.set(this.all.get().map((going) => (going.abort === abort ? { ...going, taking } : going)));
  }

  private drop(abort: AbortController): void {
    if (this.all.get().some((going) => going.abort === abort)) this.all.set(this.all.get().filter((going) => going.abort !== abort));
  }
}
