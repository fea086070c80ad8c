/** What is said of a point of a curve, and what can be done with it. */
import { html, nothing, type TemplateResult } from 'lit';
import { MOST_RUNS } from '../../store/spec-editor';
import type { Messages } from '../../text/messages';
import { runName } from '../run-mark';

/** A point that was chosen. */
interface Chosen {
  run: number;
  name: string;
  said: string;
  /** Whether there is room for one more run. */
  room: boolean;
}

export function pointPanel(text: Messages['results'], chosen: Chosen | null, fork: () => void): TemplateResult {
  if (!chosen) return html`<p class="point hint screen-only">${text.choosePoint}<span id="keys" hidden>${text.pointKeys}</span></p>`;
  const { run, name, said, room } = chosen;
  return html`<p class="point screen-only">
    ${runName(run, name)} <span>${said}</span>
    <button class="primary" type="button" ?disabled=${!room} @click=${fork}>${text.forkHere}</button>
    ${room ? nothing : html`<span>${text.noRoom(String(MOST_RUNS))}</span>`}
    <span id="keys">${text.pointKeys}</span>
  </p>`;
}
