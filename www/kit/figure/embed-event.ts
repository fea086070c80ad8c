/**
 * Somebody wants to put a figure into a page of theirs. Whoever can show how calls `preventDefault()`, and shows it, unless it was only
 * `asked` whether that can be.
 */
export class EmbedEvent extends Event {
  constructor(
    /** The figure's name in links and embeds. */
    readonly figure: string,
    readonly asked = false,
  ) {
    super('tinyai-embed', { bubbles: true, composed: true, cancelable: true });
  }
}

declare global {
  interface GlobalEventHandlersEventMap {
    'tinyai-embed': EmbedEvent;
  }
}
