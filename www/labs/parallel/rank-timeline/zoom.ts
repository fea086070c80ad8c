/** Which part of a figure is shown, and all that changes it: wheel, pinch, drag, keys. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Parts of the whole, from 0 to 1. */
export interface Range {
  from: number;
  to: number;
}

const WHOLE: Range = { from: 0, to: 1 };
const SMALLEST = 1 / 200;
const FACTOR = 1.6;
/** Pixels from which a press that moves is a drag. */
const SLOP = 5;

export class Zoom implements ReactiveController {
  range: Range = WHOLE;
  /** The stretch that is being dragged over. */
  dragged: Range | null = null;

  private readonly pointers = new Map<number, number>();
  private pressed = 0;

  /** `area`: the pixels, from the window's left, that the whole range is drawn on. */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly area: () => { left: number; width: number },
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.pointers.clear();
  }

  get whole(): boolean {
    return this.range.from === 0 && this.range.to === 1;
  }

  /** Zooms about a part of the shown range. */
  by(factor: number, about = 0.5): void {
    const { from, to } = this.range;
    const width = Math.min(1, Math.max(SMALLEST, (to - from) / factor));
    const centre = from + about * (to - from);
    this.show(centre - about * width, centre - about * width + width);
  }

  in(): void {
    this.by(FACTOR);
  }

  out(): void {
    this.by(1 / FACTOR);
  }

  reset(): void {
    this.show(0, 1);
  }

  private pan(by: number): void {
    const { from, to } = this.range;
    const moved = Math.min(1 - to, Math.max(-from, by));
    this.show(from + moved, to + moved);
  }

  private show(from: number, to: number): void {
    const width = Math.min(1, to - from);
    const start = Math.min(1 - width, Math.max(0, from));
    this.range = { from: start, to: start + width };
    this.host.requestUpdate();
  }

  /** Where a pixel lies in the shown range, from 0 to 1. */
  private within(x: number): number {
    const { left, width } = this.area();
    return Math.min(1, Math.max(0, (x - left) / Math.max(1, width)));
  }

  private part(x: number): number {
    return this.range.from + this.within(x) * (this.range.to - this.range.from);
  }

  /** A plain wheel scrolls the page; one that moves sideways moves what is enlarged. */
  readonly wheel = (event: WheelEvent): void => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.by(Math.exp(-event.deltaY * 0.004), this.within(event.clientX));
    } else if (!this.whole && Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      this.pan((event.deltaX / Math.max(1, this.area().width)) * (this.range.to - this.range.from));
    }
  };

  readonly down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, event.clientX);
    this.pressed = event.clientX;
  };

  /** A mouse drags a stretch open; one finger moves, two pinch. */
  readonly move = (event: PointerEvent): void => {
    const before = this.pointers.get(event.pointerId);
    if (before === undefined) return;
    const { width } = this.area();
    if (event.pointerType === 'mouse') {
      if (!this.dragged && Math.abs(event.clientX - this.pressed) < SLOP) return;
      const [a, b] = [this.part(this.pressed), this.part(event.clientX)];
      this.dragged = { from: Math.min(a, b), to: Math.max(a, b) };
      this.host.requestUpdate();
      return;
    }
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
    this.pointers.set(event.pointerId, event.clientX);
    const other = others[0];
    if (other === undefined) return this.pan(((before - event.clientX) / width) * (this.range.to - this.range.from));
    const apart = (x: number): number => Math.max(10, Math.abs(x - other));
    this.by(apart(event.clientX) / apart(before), this.within((event.clientX + other) / 2));
  };

  readonly up = (event: PointerEvent): void => {
    this.pointers.delete(event.pointerId);
    if (!this.dragged) return;
    const { from, to } = this.dragged;
    this.dragged = null;
    if (to - from >= SMALLEST) this.show(from, to);
    this.host.requestUpdate();
  };

  readonly key = (event: KeyboardEvent): void => {
    const step = 0.2 * (this.range.to - this.range.from);
    const keys: Record<string, () => void> = {
      '+': () => this.in(),
      '=': () => this.in(),
      '-': () => this.out(),
      '0': () => this.reset(),
      Escape: () => this.reset(),
      ArrowLeft: () => this.pan(-step),
      ArrowRight: () => this.pan(step),
    };
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
}
