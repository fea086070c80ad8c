import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import { LanguageController } from '../i18n/locale';
import type { Workbench } from './workbench';
import { WorkbenchController } from './workbench-controller';

/** A part of the lab: it shows the workbench, in the current language. */
export class LabElement extends LitElement {
  @property({ attribute: false }) bench!: Workbench;

  constructor() {
    super();
    new LanguageController(this);
    new WorkbenchController(this);
  }
}
