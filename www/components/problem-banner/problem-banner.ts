import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { localized, messages } from '../../i18n/locale';
import type { Problem } from '../../types/generated/Problem';
import { shared } from '../../kit/base.css';
import { LabElement } from '../../workbench/lab-element';
import type { NoticeModel } from '../../workbench/notice-model';
import { styles } from './problem-banner.css';

/** Everything that is wrong, each with a way to its field; and a link that could not be read, with its text to copy. */
@customElement('problem-banner')
export class ProblemBanner extends LabElement<NoticeModel> {
  static override styles = [shared, styles];

  override render() {
    const { bench } = this;
    const text = messages();
    const problems = unique(bench.allProblems);
    return html`
      ${this.renderLink()}
      ${problems.length === 0
        ? nothing
        : html`<div class="banner" role="alert">
            <ul>
              ${problems.map((problem) => this.renderProblem(problem))}
            </ul>
            ${bench.remedy ? html`<button class="remedy" @click=${() => bench.remedy?.take()}>${bench.remedy.label}</button>` : nothing}
            ${bench.crashed ? html`<button class="link" @click=${() => void bench.runNow()}>${text.control.freshEngine}</button>` : nothing}
          </div>`}
      ${bench.handicap ? html`<p class="notice">${bench.handicap}</p>` : nothing}
    `;
  }

  private renderProblem(problem: Problem) {
    const text = messages().problems;
    const path = problem.field?.replace(/^base\./, '');
    return html`<li>
      ${path
        ? html`<button class="link" @click=${() => this.go(problem, path)}>${this.bench.fieldText(path)?.label ?? path}${problem.run ? ` ${text.inRun(problem.run)}` : ''}</button>`
        : problem.run
          ? html`<b>${problem.run}</b>`
          : nothing}
      ${localized(problem.message)}
    </li>`;
  }

  private go(problem: Problem, path: string): void {
    this.bench.turnTo(problem);
    this.dispatchEvent(new CustomEvent('reveal', { detail: path, bubbles: true, composed: true }));
  }

  private renderLink() {
    const link = this.bench.brokenLink;
    if (!link) return nothing;
    const text = messages().problems;
    const what = { cut_off: text.linkCut, not_base64: text.linkUnreadable, refused: text.linkRefused }[link.reason];
    return html`<div class="banner" role="alert">
      <p>${what}</p>
      <ul>
        ${link.problems.map((problem) => html`<li>${localized(problem.message)}</li>`)}
      </ul>
      ${link.detail ? this.renderText(text.linkDecoded, link.detail) : nothing} ${this.renderText(text.linkText, link.text)}
      <button class="link" @click=${() => this.bench.dismissLink()}>${text.dismiss}</button>
    </div>`;
  }

  private renderText(label: string, value: string) {
    return html`<label class="text">${label}<textarea readonly rows="2" .value=${value}></textarea></label>`;
  }
}

/** A problem that several checks found is shown once. */
function unique(problems: Problem[]): Problem[] {
  const key = ({ run, field, message }: Problem): string => JSON.stringify([run ?? null, field ?? null, message.en]);
  return problems.filter((problem, i) => problems.findIndex((other) => key(other) === key(problem)) === i);
}
