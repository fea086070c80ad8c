import { css, html, type CSSResultGroup, type SVGTemplateResult, type TemplateResult } from 'lit';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../../shell/elements/lab-element';
import type { Both } from '../../../shell/lesson/lesson';
import type { RunSpec } from '../../../types/generated/RunSpec';

/** Width of the drawings. On the narrowest page a unit is about a pixel, so that no text is smaller than it says. */
export const WIDTH = 360;

/** A drawing, and what it shows in a sentence. */
export interface Drawn {
  height: number;
  parts: SVGTemplateResult | SVGTemplateResult[];
  said: string;
}

const drawing = css`
  svg {
    display: block;
    width: 100%;
    max-width: 27rem;
    height: auto;
    margin-inline: auto;
    overflow: visible;
  }

  text {
    fill: var(--ink-2);
    font-size: 15px;
    text-anchor: middle;
  }

  .box {
    fill: var(--raised);
    stroke: var(--rule-strong);
  }

  .wire {
    fill: none;
    stroke: var(--ink-3);
    stroke-width: 1.5;
  }

  .forward {
    fill: var(--forward);
  }

  .backward {
    fill: var(--backward);
  }

  .weight {
    fill: var(--weight-gradients);
  }

  .transfer {
    fill: var(--transfer);
  }

  .on-forward {
    fill: var(--on-forward);
  }

  .on-backward {
    fill: var(--on-backward);
  }

  .on-weight {
    fill: var(--on-weight-gradients);
  }

  .on-transfer {
    fill: var(--on-transfer);
  }

  .on-run {
    fill: var(--paper);
  }

  .start {
    text-anchor: start;
  }

  .end {
    text-anchor: end;
  }

  p {
    padding-top: var(--space-2);
    color: var(--ink-2);
    font-size: var(--size-note);
    text-align: center;
    text-wrap: balance;
  }

  /* Where it stands, a page may have it keep still. */
  svg * {
    animation-play-state: var(--diagram-motion, running) !important;
  }

  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
    }
  }
`;

/** A small drawing of a technique, which follows the settings of the lesson. */
export abstract class Diagram extends LabElement {
  static override styles: CSSResultGroup = [shared, drawing];

  /** What all runs of the lesson have in common. */
  protected get config(): RunSpec {
    const { editor } = this.store;
    return editor.config(editor.selected);
  }

  protected of<T>(texts: Both<T>): T {
    return texts[this.words.language];
  }

  protected abstract draw(): Drawn;

  override render(): TemplateResult {
    const { height, parts, said } = this.draw();
    return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label=${said}>${parts}</svg><p aria-hidden="true">${said}</p>`;
  }
}

/** As many of a number of things as a drawing has room for. */
export const atMost = (count: number, room: number): number => Math.max(1, Math.min(count, room));
