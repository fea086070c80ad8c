import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import { LanguageController } from '../i18n/locale';
import type { Workbench } from './workbench';
import { WorkbenchController } from './workbench-controller';

/** A part of a lab: it shows the lab's state, in the current language. */
export class LabElement<T extends EventTarget = Workbench> extends LitElement {
  @property({ attribute: false }) bench!: T;

  constructor() {
    super();
    new LanguageController(this);
    new WorkbenchController(this);
  }
}
