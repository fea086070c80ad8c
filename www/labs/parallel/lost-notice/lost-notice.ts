import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { duration } from '../../i18n/format';
import { messages } from '../../i18n/locale';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import { shared } from '../../kit/base.css';
import '../../kit/notice/notice';
import { LabElement } from '../../workbench/lab-element';

/** A rank that is gone, and the way on. */
@customElement('lost-notice')
export class LostNotice extends LabElement<ParallelWorkbench> {
  static override styles = shared;

  override render() {
    const { lost } = this.bench.session;
    if (!lost) return nothing;
    const text = messages().parallel.lost;
    const { units } = messages();
    const noticed = lost.noticedAfter < 1000 ? `${Math.round(lost.noticedAfter)} ${units.ms}` : duration(lost.noticedAfter / 1000);
    const message = `${text.what(lost.rank, lost.step, noticed)} ${lost.snapshot === 0 ? text.beginning : text.snapshot(lost.snapshot)}`;
    const goOn = { label: text.goOn(lost.snapshot), primary: true, take: () => void this.bench.recover() };
    return html`<tinyai-notice .items=${[{ message }]} .actions=${[goOn]}></tinyai-notice>`;
  }
}
