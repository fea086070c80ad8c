import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { GROUPS, LIBRARIES } from '../../../tests/bench/groups.mjs';
import { shared } from '../../kit/base.css';
import { BenchElement } from '../bench-element';
import { ROUNDS } from '../choice';
import { styles } from './bench-settings.css';

const NO_BREAK_HYPHEN = '\u2011';

/** What is to be measured: the work, threads, rounds, and whether the peers take part. */
@customElement('tinyai-bench-settings')
export class BenchSettings extends BenchElement {
  static override styles = [shared, styles];

  override render() {
    const text = this.words.bench;
    const { choice, counts } = this.bench;
    return html`
      <div class="settings">
        ${this.renderChips('groups', text.groups, Object.keys(GROUPS), choice.groups, (group) => text.groupNames[group] ?? group, (groups) => this.bench.choose({ groups }))}
        ${this.renderChips('threads', text.threads, counts, choice.threads, String, (threads) => this.bench.choose({ threads }))}
        ${this.renderRounds()} ${this.renderPeers()}
      </div>
    `;
  }

  private renderChips<T>(id: string, label: string, options: T[], chosen: T[], name: (option: T) => string, set: (chosen: T[]) => void) {
    const toggle = (option: T): void => set(options.filter((each) => chosen.includes(each) !== (each === option)));
    return html`<div class="field ${id}">
      <p class="label" id=${id}>${label}</p>
      <div class="chips" role="group" aria-labelledby=${id}>
        ${options.map(
          (option) => html`<button type="button" aria-pressed=${chosen.includes(option)} ?disabled=${this.bench.busy} @click=${() => toggle(option)}>${name(option)}</button>`,
        )}
      </div>
    </div>`;
  }

  private renderRounds() {
    const text = this.words.bench;
    const { choice, busy } = this.bench;
    return html`<div class="field rounds">
      <p class="label" id="rounds">${text.rounds}</p>
      <div class="chips" role="radiogroup" aria-labelledby="rounds" aria-describedby="rounds-hint">
        ${ROUNDS.map(
          (rounds) => html`<label
            ><input type="radio" name="rounds" .checked=${live(rounds === choice.rounds)} ?disabled=${busy} @change=${() => this.bench.choose({ rounds })} /><span
              >${rounds}</span
            ></label
          >`,
        )}
      </div>
      <p class="hint" id="rounds-hint">${text.roundsHint}</p>
    </div>`;
  }

  private renderPeers() {
    const text = this.words.bench;
    const { choice, busy, machine } = this.bench;
    const { peerBytes } = machine;
    const names = text.list(Object.values(LIBRARIES).map(({ name }) => name.replaceAll('-', NO_BREAK_HYPHEN)));
    return html`<div class="field peers">
      <p class="label">${text.peers}</p>
      <label class="check">
        <input
          type="checkbox"
          .checked=${live(choice.peers)}
          ?disabled=${busy || peerBytes === 0}
          aria-describedby="peers-hint"
          @change=${(event: Event) => this.bench.choose({ peers: (event.target as HTMLInputElement).checked })}
        />
        <span>${text.peersToo(names)}</span>
      </label>
      <p class="hint" id="peers-hint">${peerBytes === 0 ? text.peersAbsent : text.peersHint(this.words.format.size(peerBytes))}</p>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-bench-settings': BenchSettings;
  }
}
