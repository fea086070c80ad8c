import { html, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../elements/lab-element';
import '../../elements/lab-view';
import type { LabView } from '../../elements/lab-view';
import './lesson-nav';
import './lesson-view';
import type { LessonView } from './lesson-view';
import './workbench-view';
import type { WorkbenchView } from './workbench-view';

/** A lab that has lessons: the list of them, and the one that its page stands at, or free play. */
@customElement('tinyai-lab-lessons')
export class LabLessons extends LabElement {
  static override styles = [shared];

  /** Whether it is shown to a hall. */
  @property({ type: Boolean, reflect: true }) present = false;
  private at: string | null = null;
  @query('tinyai-lesson-view, tinyai-workbench-view, tinyai-lab-view') private readonly view!: LessonView | WorkbenchView | LabView | null;

  /** Moves the focus past lists and settings. */
  skip(): void {
    this.view?.skip();
  }

  protected override updated(): void {
    const { current, workbench } = this.store.lessons!;
    const before = this.at;
    this.at = (current ?? workbench)?.id ?? null;
    // Whoever comes from a lesson begins at the top.
    if (before !== null && before !== this.at && !current) void this.view?.updateComplete.then(() => (this.view as LabView | WorkbenchView).begin());
  }

  override render() {
    const actions = html`<slot name="actions" slot="actions"></slot>`;
    return html`
      <tinyai-lesson-nav></tinyai-lesson-nav>
      ${this.renderPlace(actions)}
    `;
  }

  private renderPlace(actions: TemplateResult) {
    const { current, workbench } = this.store.lessons!;
    if (current) return html`<tinyai-lesson-view ?present=${this.present}>${actions}</tinyai-lesson-view>`;
    if (workbench) return html`<tinyai-workbench-view ?present=${this.present}>${actions}</tinyai-workbench-view>`;
    return html`<tinyai-lab-view ?present=${this.present}>${actions}</tinyai-lab-view>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-lab-lessons': LabLessons;
  }
}
