import { html, nothing, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { ranksOf } from '../../../engine/spec/patch';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import { styled } from '../../../kit/styled';
import { quantityStyles } from '../../../shell/figures/quantity';
import { runName } from '../../../shell/figures/run-mark';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import type { RunView } from '../../../shell/store/run-view';
import { lastStep } from '../last-step';
import { bubble, sharesCores, tell } from '../lessons/measured';
import { ParallelElement } from '../parallel-element';
import { lanes, ticks, type Lane } from '../rank-timeline/lanes';
import { fill, patterns } from '../rank-timeline/patterns';
import type { SpanClass } from '../text/messages';
import { styles } from './run-timelines.css';

const LANE = 20;
const GAP = 3;
/** About how many times are written below. */
const TICKS = 4;

/** What is told apart here; the rest of a lane is waiting, and is left as the ground. */
const DRAWN: SpanClass[] = ['forward', 'backward', 'weight', 'update'];

const TEXT = {
  en: {
    title: 'Who works when',
    caption: 'A step of each run from its beginning to its end, a lane for each rank, all on one scale of time. At the right, the bubble.',
    waits: 'waiting or transfer',
    said: (name: string, ranks: number, took: string) => `${name}: a step of ${ranks} ranks, ${took}`,
  },
  zh: {
    title: '谁在什么时候工作',
    caption: '每次运行从头到尾的一步，每个进程一行，各运行的时间刻度相同。右边是气泡。',
    waits: '等待或传输',
    said: (name: string, ranks: number, took: string) => `${name}：${ranks} 个进程的一步，${took}`,
  },
};

/** The lanes of a run, and how long its step is, in seconds. */
interface Drawn {
  makespan: number;
  rows: Lane[];
}

/** A step of each run on several ranks, one above the other: as it was measured, or modelled where ranks share cores. */
@customElement('tinyai-run-timelines')
export class RunTimelines extends ParallelElement {
  static override styles = [shared, quantityStyles, styles];

  override render() {
    const { runner, editor } = this.store;
    const { view } = runner;
    const text = TEXT[this.words.language];
    const names = view?.runs.map(({ name }) => name) ?? editor.spec.runs.map(({ name }) => name);
    const foretold = view && this.foretold(view);
    const drawn = view?.runs.map((run) => (ranksOf(run.spec) > 1 ? drawnOf(view, run) : null));
    const longest = Math.max(0, ...(drawn ?? []).map((each) => each?.makespan ?? 0));
    return html`<tinyai-figure .number=${this.text.results.figure(1)} .heading=${text.title} .caption=${text.caption}>
      <svg class="patterns" width="0" height="0" aria-hidden="true">${patterns}</svg>
      <ul class="rows">
        ${names.map((name, i) => {
          const run = view?.runs[i];
          return !run || ranksOf(run.spec) > 1 ? this.renderRow(name, i, view, run, drawn?.[i] ?? null, longest, foretold?.run === i ? foretold.value : null) : nothing;
        })}
        ${longest > 0 ? this.renderAxis(longest) : nothing}
      </ul>
      ${this.renderKey(view)}
    </tinyai-figure>`;
  }

  /** The number that was foretold, and the run that it is of. */
  private foretold(view: ExperimentView): { run: number; value: number } | null {
    const { lessons } = this.store;
    const lesson = lessons?.current;
    const answer = lesson && lessons.note(lesson).foretold?.answer;
    return lesson?.predict.kind === 'number' && answer?.kind === 'number' ? (lesson.predict.bar?.(answer.value, view) ?? null) : null;
  }

  private renderRow(name: string, index: number, view: ExperimentView | null, run: RunView | undefined, drawn: Drawn | null, longest: number, foretold: number | null) {
    const still = view && run && bubble(view, run);
    const { verdict } = this.text.lesson;
    return html`<li>
      <span class="name">${runName(index, name)}</span>
      ${drawn && drawn.makespan > 0 ? this.renderLanes(name, drawn, longest) : html`<span></span>`}
      <span class="value"
        >${still ? tell(this.words, still) : '–'}${still?.modelled ? html`<small>${verdict.modelled}</small>` : nothing}${foretold === null
          ? nothing
          : html`<small class="you">${verdict.you}: ${this.format.wholePercent(foretold)}</small>`}</span
      >
    </li>`;
  }

  private renderLanes(name: string, { makespan, rows }: Drawn, longest: number) {
    const share = (seconds: number): string => `${(100 * seconds) / makespan}%`;
    const said = TEXT[this.words.language].said(name, rows.length, `${this.format.count(Math.round(1000 * makespan))} ${this.text.units.ms}`);
    return html`<svg class="lanes" height=${rows.length * (LANE + GAP) - GAP} role="img" aria-label=${said} ${styled({ width: `${(100 * makespan) / longest}%` })}>
      ${rows.map(({ pieces }, lane) =>
        pieces
          .filter(({ kind }) => DRAWN.includes(kind))
          .map(({ span, kind }) => svg`<rect x=${share(span.start)} width=${share(span.end - span.start)} y=${lane * (LANE + GAP)} height=${LANE} ${styled({ fill: fill[kind] })} />`),
      )}
    </svg>`;
  }

  private renderAxis(longest: number) {
    const times = ticks(0, 1000 * longest, TICKS);
    return html`<li class="axis" aria-hidden="true">
      <span class="name"></span>
      <svg>
        ${times.map((time) => {
          const x = `${time / (10 * longest)}%`;
          return svg`<line x1=${x} x2=${x} y2="6" /><text x=${x} y="22">${this.format.short(time)}</text>`;
        })}
      </svg>
      <span>${this.text.units.ms}</span>
    </li>`;
  }

  private renderKey(view: ExperimentView | null) {
    const text = this.own.timeline.kinds;
    const splits = view?.runs.some(({ spec }) => spec.mesh.schedule === 'zb_h1') ?? false;
    const kinds = DRAWN.filter((kind) => kind !== 'weight' || splits);
    return html`<ul class="key">
      ${kinds.map((kind) => html`<li><svg aria-hidden="true"><rect width="100%" height="100%" ${styled({ fill: fill[kind] })} /></svg>${text[kind]}</li>`)}
      <li><svg aria-hidden="true"></svg>${TEXT[this.words.language].waits}</li>
    </ul>`;
  }
}

/** The lanes of one replica: of the last step, or of the modelled one where ranks share cores. */
function drawnOf(view: ExperimentView, run: RunView): Drawn | null {
  const { planned, prediction } = run.parallel;
  const timeline = sharesCores(view, run) || run.ranks.length === 0 ? prediction?.timeline : lastStep(run.ranks);
  if (!planned || !timeline) return null;
  const rows = lanes(timeline, planned.ranks, {}).filter((_, i) => planned.ranks[i]!.data === 0);
  return { makespan: timeline.makespan, rows };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-run-timelines': RunTimelines;
  }
}
