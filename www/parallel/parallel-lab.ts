import { html, type PropertyValues } from 'lit';
import { customElement, property, query, queryAll, state } from 'lit/decorators.js';
import '../components/lesson-strip/lesson-strip';
import '../components/loss-over-baseline/loss-over-baseline';
import '../components/lost-notice/lost-notice';
import '../components/mesh-chooser/mesh-chooser';
import type { MeshChooser } from '../components/mesh-chooser/mesh-chooser';
import '../components/mesh-chooser/unequal-ranks';
import '../components/parallel-control/parallel-control';
import '../components/problem-banner/problem-banner';
import '../components/rank-memory/rank-memory';
import '../components/rank-timeline/rank-timeline';
import '../components/site-header/site-header';
import '../components/spec-form/settings-form';
import type { SettingsForm } from '../components/spec-form/settings-form';
import '../components/step-figures/step-figures';
import '../components/step-through/step-through';
import '../components/traffic-table/traffic-table';
import { KitLanguage } from '../i18n/kit-provider';
import { messages } from '../i18n/locale';
import { shared } from '../kit/base.css';
import type { RevealEvent } from '../kit/notice/notice';
import { LabElement } from '../workbench/lab-element';
import { ParallelWorkbench } from './parallel-workbench';
import { styles } from './parallel-lab.css';
import type { Session } from './session';

/** Groups of settings that are always in view. */
const FIRST = ['mesh'];

/** The lab of parallel training: a mesh, its plan, and what a run of it measures. */
@customElement('parallel-lab')
export class ParallelLab extends LabElement<ParallelWorkbench> {
  static override styles = [shared, styles];

  /** What runs the training; given once. */
  @property({ attribute: false }) session!: Session;

  @query('mesh-chooser') private readonly mesh!: MeshChooser;
  @queryAll('settings-form') private readonly forms!: NodeListOf<SettingsForm>;
  @query('main') private readonly main!: HTMLElement;
  /** The form is long: all but the schedule is folded away until it is asked for. */
  @state() private formOpen = false;

  constructor() {
    super();
    new KitLanguage(this);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('session')) return;
    this.bench = new ParallelWorkbench(this.session);
    this.bench.start();
  }

  override render() {
    const text = messages().parallel;
    const { bench } = this;
    return html`
      <site-header page="parallel" @skip=${() => this.main.focus()}></site-header>
      <div class="page">
        <aside aria-label=${messages().form.heading} ?data-open=${this.formOpen}>
          <mesh-chooser .bench=${bench}></mesh-chooser>
          <settings-form class="schedule" .bench=${bench} .groups=${FIRST}></settings-form>
          <unequal-ranks .bench=${bench}></unequal-ranks>
          <button class="fold" aria-expanded=${this.formOpen} @click=${() => (this.formOpen = !this.formOpen)}>
            ${this.formOpen ? text.mesh.settingsHide : text.mesh.settingsShow}
          </button>
          <settings-form .bench=${bench} .groups=${bench.groups.map(({ path }) => path).filter((path) => !FIRST.includes(path))} last ?hidden=${!this.formOpen}></settings-form>
        </aside>
        <main id="results" tabindex="-1" @reveal=${this.reveal}>
          <div class="intro">
            <h1>${text.question}</h1>
            <p>${text.lead}</p>
          </div>
          <lesson-strip .bench=${bench}></lesson-strip>
          <parallel-control .bench=${bench}></parallel-control>
          <problem-banner .bench=${bench}></problem-banner>
          <lost-notice .bench=${bench}></lost-notice>
          <step-through .bench=${bench} ?hidden=${bench.session.phase !== 'stepping'}></step-through>
          <rank-timeline .bench=${bench}></rank-timeline>
          <loss-over-baseline .bench=${bench}></loss-over-baseline>
          <step-figures .bench=${bench}></step-figures>
          <rank-memory .bench=${bench}></rank-memory>
          <traffic-table .bench=${bench}></traffic-table>
        </main>
      </div>
    `;
  }

  protected override updated(): void {
    const text = messages();
    document.documentElement.lang = text.languageTag;
    document.title = `${text.parallel.name} · ${text.title}`;
  }

  private async reveal({ path }: RevealEvent): Promise<void> {
    if (await this.mesh.reveal(path)) return;
    this.formOpen = true;
    await this.updateComplete;
    for (const form of this.forms) if (await form.reveal(path)) return;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'parallel-lab': ParallelLab;
  }
}
