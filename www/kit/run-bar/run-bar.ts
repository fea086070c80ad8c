import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { shared } from '../base.css';
import { KitElement } from '../kit-element';
import { styled } from '../styled';
import { styles } from './run-bar.css';

/** What can be done next: start; pause or stop what goes on; go on; or nothing but cancel, while it gets under way. */
export type RunState = 'idle' | 'starting' | 'running' | 'paused';

/** How far one of the runs is, from 0 to 1. */
export interface RunProgress {
  done: number;
  /** CSS colour. */
  colour?: string;
}

/** What the bar tells of: what was pressed. */
type Pressed = 'run' | 'pause' | 'resume' | 'step' | 'cancel';

/**
 * Run, pause, resume, step, cancel; and how far it is. No button is taken away or quite disabled while the focus is on it: the one that
 * was Run is Pause next, and pressing it again pauses. Further controls go into its slot.
 */
@customElement('tinyai-run-bar')
export class RunBar extends KitElement {
  static override styles = [shared, styles];

  @property() state: RunState = 'idle';
  /** Whether there was a run before. */
  @property({ type: Boolean }) again = false;
  /** Why nothing can be run; empty: it can. */
  @property() blocked = '';
  /** What goes on, in words. */
  @property({ attribute: false }) status: string | TemplateResult = '';
  /** What is said aloud of it: less often than `status` changes. */
  @property() announcement = '';
  @property({ attribute: false }) progress: readonly RunProgress[] = [];
  /** Whether what is said has a line of its own. */
  @property({ type: Boolean, reflect: true }) lines = false;
  /** Whether it can be paused and go step by step; if not, it can only be stopped. */
  @property({ attribute: false }) pausable = true;

  @query('.main') private readonly main!: HTMLButtonElement | null;

  /** Focuses the button for what is most wanted. */
  override focus(): void {
    this.main?.focus();
  }

  override render() {
    const { state, text } = this;
    const active = state === 'running' || state === 'paused';
    const why = state === 'idle' && this.blocked !== '' ? this.blocked : null;
    return html`
      <div class="bar" @keydown=${this.held}>
        <div class="buttons">
          ${this.renderMain()}
          ${this.pausable ? html`${this.renderPlain('step', text.run.step, active, text.run.stepHint)} ${this.renderPlain('cancel', text.run.cancel, state !== 'idle')}` : nothing}
        </div>
        <slot></slot>
        <p class="state" id="state">${why ?? this.status}</p>
        <p class="visually-hidden" role="status">${why ?? this.announcement}</p>
        <slot name="end"></slot>
      </div>
      <div class="progress" aria-hidden="true">
        ${this.progress.map(({ done, colour }) => html`<div><div ${styled({ width: `${100 * Math.min(1, Math.max(0, done))}%`, background: colour ?? 'var(--seal)' })}></div></div>`)}
      </div>
    `;
  }

  /** One button for what is most wanted at each time. */
  private renderMain() {
    const { state, text, blocked, again, pausable } = this;
    const idle = state === 'idle';
    const next = idle ? 'run' : !pausable ? 'cancel' : state === 'paused' ? 'resume' : 'pause';
    const name = { run: again ? text.run.again : text.run.run, pause: text.run.pause, resume: text.run.resume, cancel: text.run.stop }[next];
    const disabled = idle ? blocked !== '' : pausable && state === 'starting';
    return html`<button
      class=${idle ? 'main run' : 'main'}
      aria-disabled=${disabled}
      aria-describedby=${idle && disabled ? 'state' : nothing}
      @click=${() => !disabled && this.tell(next)}
    >
      ${name}
    </button>`;
  }

  private renderPlain(what: 'step' | 'cancel', name: string, enabled: boolean, hint?: string) {
    return html`<button class="plain" aria-disabled=${!enabled} title=${hint ?? nothing} @click=${() => enabled && this.tell(what)}>${name}</button>`;
  }

  private tell(what: Pressed): void {
    this.dispatchEvent(new Event(what));
  }

  /** A key that is held presses once: what a press does changes with each. */
  private readonly held = (event: KeyboardEvent): void => {
    if (event.repeat && (event.key === 'Enter' || event.key === ' ')) event.preventDefault();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-run-bar': RunBar;
  }
}
