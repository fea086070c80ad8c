import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Renders its host again when its workbench, or whatever stands in its place, changes. */
export class WorkbenchController implements ReactiveController {
  private bench: EventTarget | undefined;
  private readonly update = (): void => this.host.requestUpdate();

  constructor(private readonly host: ReactiveControllerHost & { bench: EventTarget }) {
    host.addController(this);
  }

  hostUpdate(): void {
    if (this.bench === this.host.bench) return;
    this.hostDisconnected();
    this.bench = this.host.bench;
    this.bench?.addEventListener('change', this.update);
  }

  hostConnected(): void {
    this.bench?.addEventListener('change', this.update);
  }

  hostDisconnected(): void {
    this.bench?.removeEventListener('change', this.update);
  }
}
