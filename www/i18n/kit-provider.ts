import { ContextProvider } from '@lit/context';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { kitText } from '../kit/text/text';
import { kitWords } from './kit';

/** Gives the kit's components below a host the language of the page. The host has to render again when that changes. */
export class KitLanguage implements ReactiveController {
  private readonly provider;

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.provider = new ContextProvider(host, { context: kitText, initialValue: kitWords() });
    host.addController(this);
  }

  hostUpdate(): void {
    this.provider.setValue(kitWords());
  }
}
