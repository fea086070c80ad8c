import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { localized, messages } from '../../i18n/locale';
import type { Problem } from '../../types/generated/Problem';
import { shared } from '../../kit/base.css';
import '../../kit/notice/notice';
import type { NoticeAction, RevealEvent } from '../../kit/notice/notice';
import type { NoticeItem } from '../../kit/notice/entries';
import { LabElement } from '../../workbench/lab-element';
import type { NoticeModel } from '../../workbench/notice-model';
import { references } from '../spec-form/describe';
import { styles } from './problem-banner.css';

const item = ({ message, field, run }: Problem): NoticeItem => ({
  message: localized(message),
  ...(field == null ? {} : { field: field.replace(/^base\./, '') }),
  ...(run == null ? {} : { run }),
});

/** Everything that is wrong, each with a way to its field; and a link that could not be read, with its text to copy. */
@customElement('problem-banner')
export class ProblemBanner extends LabElement<NoticeModel> {
  static override styles = [shared, styles];

  override render() {
    const { bench } = this;
    const { labelOf, optionOf } = references(bench);
    const items = bench.allProblems.map(item);
    return html`
      ${this.renderLink()}
      ${items.length === 0
        ? nothing
        : html`<tinyai-notice .items=${items} .actions=${this.actions()} .labelOf=${labelOf} .optionOf=${optionOf} @reveal=${this.turn}></tinyai-notice>`}
      ${bench.handicap ? html`<tinyai-notice tone="hint" .items=${[{ message: bench.handicap }]}></tinyai-notice>` : nothing}
    `;
  }

  private actions(): NoticeAction[] {
    const { bench } = this;
    const { remedy } = bench;
    return [
      ...(remedy ? [{ label: remedy.label, primary: true, take: () => remedy.take() }] : []),
      ...(bench.crashed ? [{ label: messages().control.freshEngine, take: () => void bench.runNow() }] : []),
    ];
  }

  /** Shows the form of the run before the page looks for the field there. */
  private readonly turn = ({ path, run }: RevealEvent): void => {
    const { bench } = this;
    const problem = bench.allProblems.find((each) => each.field?.replace(/^base\./, '') === path && (run === null || each.run === run));
    bench.turnTo(problem ?? { run, field: path });
  };

  private renderLink() {
    const link = this.bench.brokenLink;
    if (!link) return nothing;
    const text = messages().problems;
    const what = { cut_off: text.linkCut, not_base64: text.linkUnreadable, refused: text.linkRefused }[link.reason];
    const items = [{ message: what }, ...link.problems.map((problem) => ({ message: localized(problem.message) }))];
    return html`<tinyai-notice .items=${items} dismissible @dismiss=${() => this.bench.dismissLink()}>
      ${link.detail ? this.renderText(text.linkDecoded, link.detail) : nothing} ${this.renderText(text.linkText, link.text)}
    </tinyai-notice>`;
  }

  private renderText(label: string, value: string) {
    return html`<label class="text">${label}<textarea readonly rows="2" .value=${value}></textarea></label>`;
  }
}
