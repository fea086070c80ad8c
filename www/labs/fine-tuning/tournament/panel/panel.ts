import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { get, resolve } from '../../../../engine/spec/patch';
import { FIELDS } from '../../../../engine/spec/schema';
import { shared } from '../../../../kit/base.css';
import type { FieldEvent, Refusal, TypedEvent } from '../../../../kit/form/events';
import '../../../../kit/form/number-box';
import { refusalText } from '../../../../kit/form/read-number';
import { mostMethods, RULES, SEEDS, type Choices, type Rule } from '../choices';
import { contestant, CONTESTANTS, type Contestant } from '../methods';
import { Setup } from '../setup';
import type { Spec } from '../../../../types/generated/Spec';
import { TournamentElement } from '../tournament-element';
import { styles } from './panel.css';

/** Which methods meet, what is equal among them, how often each is run, and how its learning rate is found. */
@customElement('tinyai-tournament-panel')
export class TournamentPanel extends TournamentElement {
  static override styles = [shared, styles];

  private made: Setup | null = null;
  private readonly typed = new Map<string, Refusal>();

  /** The setup goes with the lab, which is there once this is drawn. */
  private get setup(): Setup {
    const { store } = this;
    const fits = (spec: Spec, signal: AbortSignal): Promise<boolean> => store.lab.estimate(spec, signal).then(() => true, () => signal.aborted);
    return (this.made ??= new Setup({ editor: store.editor, store, equalise: (spec, rule, signal) => store.lab.equalise(spec, rule, signal), fits }));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.made?.stop();
    this.made = null;
    this.typed.clear();
    this.store?.setRefusals([], this);
  }

  override render() {
    const { own, store, setup } = this;
    const text = own.tournament;
    const { choices } = setup;
    const { spec } = store.editor;
    return html`
      <div class="panel">
        <fieldset>
          <legend>${text.methods}</legend>
          <div class="methods">${CONTESTANTS.map((one) => this.renderMethod(one, choices))}</div>
          ${setup.canAdd() ? nothing : html`<p class="hint">${text.full(mostMethods(choices.seeds), choices.seeds)}</p>`}
        </fieldset>
        <fieldset>
          <legend>${text.rule}</legend>
          <div class="rules">${RULES.map((rule) => this.renderRule(rule, choices))}</div>
        </fieldset>
        <div class="stack">${this.renderSearch()} ${this.renderSeeds(choices)}</div>
      </div>
      <p class="summary" aria-live="polite">${store.waiting ?? text.summary(spec.runs.length, choices.methods.length, choices.seeds)}</p>
      ${this.renderProblems()}
    `;
  }

  private renderMethod(one: Contestant, choices: Choices) {
    const { own, setup, words, store } = this;
    const { id, name, sizes } = one;
    const chosen = choices.methods.includes(id);
    const only = chosen && choices.methods.length === 1;
    const closed = only || (!chosen && !setup.canAdd());
    const { spec } = store.editor;
    const run = spec.runs.findIndex((_, i) => contestant(resolve(spec, i)) === one);
    return html`<div class="method">
      <label ?data-closed=${closed} title=${only ? own.tournament.atLeastOne : nothing}>
        <input type="checkbox" .checked=${live(chosen)} ?disabled=${closed} @change=${() => this.toggle(id)} />${name[words.language]}
      </label>
      <div class="sizes">
        ${sizes.map((path) => {
          // What was made to fit stands below, and is not to be typed.
          if (run >= 0 && get(resolve(spec, run), path) !== get(spec.base, path)) return nothing;
          const label = words.field(path)?.label ?? path;
          return html`<span class="size"><span aria-hidden="true">${label}</span>${this.renderBox(path, `${name[words.language]}: ${label}`, get(spec.base, path) as number)}</span>`;
        })}
      </div>
      ${run < 0 ? nothing : this.fitted(run, sizes).map((said) => html`<span class="fitted">${own.tournament.fitted(said)}</span>`)} ${sizes.map((path) => this.renderRefusal(path))}
    </div>`;
  }

  /** What the engine made of a run's size or batch, where that is not what is written. */
  private fitted(run: number, sizes: readonly string[]): string[] {
    const { words, format, store, setup, own } = this;
    const { spec } = store.editor;
    const config = resolve(spec, run);
    return [...sizes, 'training.batch_size'].flatMap((path) => {
      const value = get(config, path) as number;
      const full = path.endsWith('.virtual_tokens') && setup.full.has(spec.runs[run]!.name);
      return value === get(spec.base, path) ? [] : [`${words.field(path)?.label ?? path} ${format.plain(value)}${full ? own.tournament.allTheRoom : ''}`];
    });
  }

  private toggle(id: string): void {
    const { methods } = this.setup.choices;
    this.choose({ methods: methods.includes(id) ? methods.filter((one) => one !== id) : [...methods, id] });
  }

  private choose(change: Partial<Choices>): void {
    void this.setup.choose(change, this.words.language, this.own.tournament.equalising);
  }

  private renderRule(rule: Rule, choices: Choices) {
    const text = this.own.tournament.rules[rule];
    return html`<div class="rule">
      <input id=${rule} type="radio" name="rule" .checked=${live(choices.rule === rule)} aria-describedby="${rule}-means" @change=${() => this.choose({ rule })} />
      <div class="name"><label for=${rule}><b>${text.name}</b></label>${choices.rule === rule ? this.renderLength(rule) : nothing}</div>
      <p id="${rule}-means">${[text.means, text.hides].join(this.words.kit.chart.between)}</p>
    </div>`;
  }

  /** How long each method trains. */
  private renderLength(rule: Rule) {
    const { own, store } = this;
    const { base } = store.editor.spec;
    const [path, label, value] = rule === 'time' ? (['training.seconds', own.tournament.seconds, base.training.seconds] as const) : (['training.steps', own.tournament.steps, base.training.steps] as const);
    return html`<span class="size"><span aria-hidden="true">${rule === 'steps' ? '' : label}</span>${this.renderBox(path, label, value)} ${this.renderRefusal(path)}</span>`;
  }

  private renderSeeds(choices: Choices) {
    const { own, setup } = this;
    const text = own.tournament;
    const room = SEEDS.every((seeds) => setup.canSeed(seeds));
    const hints = choices.seeds > 1 ? (['several'] as const) : (['one', ...(room ? [] : (['noRoom'] as const))] as const);
    return html`<fieldset>
      <legend>${text.seeds}</legend>
      <div class="seeds">
        ${SEEDS.map(
          (seeds) => html`<label ?data-closed=${choices.seeds !== seeds && !setup.canSeed(seeds)}><input type="radio" name="seeds" .checked=${live(choices.seeds === seeds)} ?disabled=${choices.seeds !== seeds && !setup.canSeed(seeds)} @change=${() => this.choose({ seeds })} />${text.seed(seeds)}</label>`,
        )}
      </div>
      <p class="hint">${hints.map((hint) => text.seedsHint[hint]).join(this.words.kit.chart.between)}</p>
    </fieldset>`;
  }

  private renderSearch() {
    const text = this.own.tournament;
    const { search } = this.store.editor.spec.base.training;
    return html`<fieldset>
      <legend>${text.search}</legend>
      <p class="hint">${search.candidates > 0 ? [text.searchHint, ...this.scaledRates()].join(this.words.kit.chart.between) : text.noSearch}</p>
      <div class="values">
        ${this.renderValue('training.search.candidates', text.candidates, search.candidates)}
        ${search.candidates === 0
          ? nothing
          : html`${this.renderValue('training.search.lowest', text.lowest, search.lowest)} ${this.renderValue('training.search.highest', text.highest, search.highest)}
            ${this.renderValue('training.search.steps', text.searchSteps, search.steps)}`}
      </div>
    </fieldset>`;
  }

  /** Which of the chosen methods try other rates, in times of those that are written. */
  private scaledRates(): string[] {
    const { own, words, format, setup } = this;
    const chosen = CONTESTANTS.filter(({ id, rates }) => rates !== 1 && setup.choices.methods.includes(id));
    const factors = [...new Set(chosen.map(({ rates }) => rates))].sort((a, b) => a - b);
    return factors.map((factor) => own.tournament.scaled(chosen.filter(({ rates }) => rates === factor).map(({ name }) => name[words.language]), format.plain(factor)));
  }

  private renderValue(path: string, label: string, value: number) {
    return html`<div class="value"><span aria-hidden="true">${label}</span>${this.renderBox(path, label, value)} ${this.renderRefusal(path)}</div>`;
  }

  private renderBox(path: string, label: string, value: number) {
    const { store } = this;
    return html`<tinyai-number-box
      .path=${path}
      .label=${label}
      .schema=${FIELDS.get(path)!.schema}
      .value=${value}
      .wrong=${store.editor.problemsAt(-1, path).length > 0}
      @change=${({ value: typed }: FieldEvent) => typeof typed === 'number' && typed !== get(store.editor.spec.base, path) && void this.setup.setShared(path, typed, this.words.language, this.own.tournament.equalising)}
      @typed=${({ refusal }: TypedEvent) => this.refuse(path, refusal)}
    ></tinyai-number-box>`;
  }

  private refuse(path: string, refusal: Refusal | null): void {
    if (refusal) this.typed.set(path, refusal);
    else this.typed.delete(path);
    this.store.setRefusals([...this.typed.values()], this);
  }

  private renderRefusal(path: string) {
    const refusal = this.store.refusals.find((one) => one.path === path && this.typed.has(path));
    return refusal ? html`<span class="problem" aria-live="polite">${refusalText(refusal.typed, refusal.reading, this.words.kit)}</span>` : nothing;
  }

  private renderProblems() {
    const { own, setup, words } = this;
    const { unequal } = setup;
    if (unequal === null) return nothing;
    return html`<p class="problem" role="alert">${own.tournament.unequal(unequal.map(({ message }) => words.message(message)).join(' '))}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-tournament-panel': TournamentPanel;
  }
}
