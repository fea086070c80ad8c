/**
 * Draws an element again when a signal changes that its last drawing read. Lit's own `SignalWatcher` keeps every element for good: what it
 * gives a `FinalizationRegistry` to hold refers to the element itself, by the scope that its callbacks share.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Signal } from 'signal-polyfill';

/** The element, as far as it is needed. */
export type Drawn = ReactiveControllerHost & { readonly isConnected: boolean };

/** The element's `performUpdate` has to go through {@link draw}. */
export class DrawnBySignals implements ReactiveController {
  private drawing: Signal.Computed<void> | null = null;
  private readonly watcher: Signal.subtle.Watcher;

  constructor(private readonly host: Drawn) {
    this.watcher = new Signal.subtle.Watcher(() => {
      host.requestUpdate();
      this.watcher.watch();
    });
    host.addController(this);
  }

  /** Updates the element, and follows what that reads; outside of a document it follows nothing. */
  draw(update: () => void): void {
    this.forget();
    if (!this.host.isConnected) return Signal.subtle.untrack(update);
    this.drawing = new Signal.Computed(update);
    this.watcher.watch(this.drawing);
    this.drawing.get();
  }

  /** What changed meanwhile was not followed. */
  hostConnected(): void {
    this.host.requestUpdate();
  }

  hostDisconnected(): void {
    this.forget();
  }

  private forget(): void {
    if (this.drawing) this.watcher.unwatch(this.drawing);
    this.drawing = null;
  }
}
