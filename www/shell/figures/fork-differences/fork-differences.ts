import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import type { Difference } from '../../../types/generated/Difference';
import { LabElement } from '../../elements/lab-element';
import type { ExperimentView } from '../../store/experiment-view';
import { mark } from '../run-mark';
import { common } from './common';
import { styles } from './fork-differences.css';

/** Of each fork, where it first differs from the run that it is a fork of, and by how much. */
@customElement('tinyai-fork-differences')
export class ForkDifferences extends LabElement {
  static override styles = [shared, styles];

  override render() {
    const { view } = this.store.runner;
    const text = this.text.results;
    if (!view) return nothing;
    return html`
      <tinyai-figure .heading=${text.forks} .caption=${text.forksCaption}>
        <ul aria-live="polite">${view.runs.map((_, run) => (view.parentOf(run) < 0 ? nothing : html`<li>${mark(run)}<p>${this.said(view, run)}</p></li>`))}</ul>
      </tinyai-figure>
    `;
  }

  private said(view: ExperimentView, index: number): string {
    const text = this.text.results;
    const fork = view.runs[index]!;
    const parent = view.runs[view.parentOf(index)]!;
    const differs = fork.fork?.differs;
    if (differs) return text.forkDiffers(fork.name, parent.name, String(differs.step), this.difference(differs));
    const both = common(fork, parent);
    // The loss of the first step after it is that of the weights before: until these are compared it says nothing.
    if (both <= fork.from + (fork.fork ? 0 : 1)) return text.forkWaits(fork.name, String(fork.from + 1));
    const whole = fork.status === 'finished' && both === fork.steps;
    return (whole ? text.forkSame : text.forkSameSoFar)(fork.name, parent.name, String(both));
  }

  private difference({ step, tensor, by, tensors }: Difference): string {
    const text = this.text.results;
    const { count, tiny } = this.format;
    if (tensor === null || by === null || tensors === null) return text.forkLoss(String(step + 1));
    return text.forkTensor(tensor, tiny(by), count(tensors[0]), count(tensors[1]));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-fork-differences': ForkDifferences;
  }
}
