import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import type { NoticeItem } from '../../../kit/notice/entries';
import '../../../kit/notice/notice';
import type { NoticeAction, RevealEvent } from '../../../kit/notice/notice';
import type { Problem } from '../../../types/generated/Problem';
import type { RunView } from '../../store/run-view';
import { fieldOf } from '../../store/spec-editor';
import { LabElement } from '../lab-element';
import { styles } from './problem-banner.css';

/** Everything that is wrong, each with a way to its field; and a link that could not be read, with its text to copy. */
@customElement('tinyai-problems')
export class Problems extends LabElement {
  static override styles = [shared, styles];

  /** Runs whose notice was put away. */
  private readonly seen = new WeakSet<RunView>();

  /** In a page of somebody else's: what its server could do better is no news for its readers. */
  @property({ type: Boolean }) embedded = false;

  override render() {
    const items = this.store.problems.map((problem) => this.item(problem));
    return html`
      ${this.renderLink()} ${items.length === 0 ? nothing : this.renderNotice('problem', items, this.actions())} ${this.renderDiverged()} ${this.renderHints()}
    `;
  }

  private item(problem: Problem): NoticeItem {
    const { message, run } = problem;
    const field = fieldOf(problem);
    return {
      message: this.words.of(message),
      ...(field === null ? {} : { field }),
      ...(run == null ? {} : { run }),
    };
  }

  private renderNotice(tone: 'problem' | 'hint', items: NoticeItem[], actions: NoticeAction[] = [], dismiss?: () => void) {
    return html`<tinyai-notice
      .tone=${tone}
      .items=${items}
      .actions=${actions}
      ?dismissible=${dismiss !== undefined}
      @dismiss=${dismiss}
      .labelOf=${(path: string) => this.words.field(path)?.label}
      .optionOf=${this.words.option}
      @reveal=${this.turn}
    ></tinyai-notice>`;
  }

  private actions(): NoticeAction[] {
    const { store } = this;
    return store.crashed ? [{ label: this.text.control.freshEngine, take: () => void store.run() }] : [];
  }

  /** Shows the form of the run before the page looks for the field there. */
  private readonly turn = ({ path, run }: RevealEvent): void => {
    const { editor } = this.store;
    editor.select(editor.tabOf(path, run));
  };

  /** Runs whose loss went up instead of down, each once. */
  private renderDiverged() {
    const { view } = this.store.runner;
    const text = this.text.results;
    const { loss } = this.format;
    const items = (view?.runs ?? []).flatMap((run): NoticeItem[] => {
      const { diverged, name, spec } = run;
      if (!diverged || this.seen.has(run)) return [];
      return [{ run: name, message: text.diverged(loss(diverged.loss), String(diverged.step), loss(diverged.start), spec.training.gradient_clip > 0) }];
    });
    const dismiss = (): void => {
      for (const run of view?.runs ?? []) if (run.diverged) this.seen.add(run);
      this.requestUpdate();
    };
    return items.length === 0 ? nothing : this.renderNotice('hint', items, [], dismiss);
  }

  /** What makes this page slower than it could be. */
  private renderHints() {
    const { environment, workerProblem } = this.store;
    if (!environment || environment.variant.startsWith('threads')) return nothing;
    const { status } = this.text;
    if (workerProblem) return this.renderNotice('hint', [{ message: status.noWorkerWhy(this.words.of(workerProblem.message)) }]);
    if (this.embedded) return nothing;
    return this.renderNotice('hint', [{ message: environment.isolated ? status.noThreadsWhy : status.notIsolatedWhy }]);
  }

  private renderLink() {
    const { editor } = this.store;
    const link = editor.brokenLink;
    if (!link) return nothing;
    const text = this.text.problems;
    const what = { cut_off: text.linkCut, not_base64: text.linkUnreadable, refused: text.linkRefused }[link.reason];
    const items = [{ message: what }, ...link.problems.map((problem) => ({ message: this.words.message(problem.message) }))];
    return html`<tinyai-notice .items=${items} dismissible @dismiss=${() => editor.dismissLink()}>
      ${link.detail ? this.renderText(text.linkDecoded, link.detail) : nothing} ${this.renderText(text.linkText, link.text)}
    </tinyai-notice>`;
  }

  private renderText(label: string, value: string) {
    return html`<label class="text">${label}<textarea readonly rows="2" .value=${value}></textarea></label>`;
  }
}
