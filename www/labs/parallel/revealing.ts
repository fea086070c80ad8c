import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { RevealEvent } from '../../kit/notice/notice';

type Host = ReactiveControllerHost & HTMLElement;

/** Gives the focus to a control, for fields that stand in no form, when a message elsewhere in the lab leads to one of them. */
export class Revealing implements ReactiveController {
  private root: Node | null = null;

  /** `find`: the control of a field once the host is drawn again, or null. */
  constructor(
    private readonly host: Host,
    private readonly find: (path: string) => Promise<HTMLElement | null>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.root = this.host.getRootNode();
    this.root.addEventListener('reveal', this.revealed);
  }

  hostDisconnected(): void {
    this.root?.removeEventListener('reveal', this.revealed);
    this.root = null;
  }

  private readonly revealed = async (event: Event): Promise<void> => {
    const control = await this.find((event as RevealEvent).path);
    control?.scrollIntoView({ block: 'center' });
    control?.focus({ preventScroll: true });
  };
}
