import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Workbench } from './workbench';

/** Renders its host again when the workbench changes. */
export class WorkbenchController implements ReactiveController {
  private bench: Workbench | undefined;
  private readonly update = (): void => this.host.requestUpdate();

  constructor(private readonly host: ReactiveControllerHost & { bench: Workbench }) {
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
