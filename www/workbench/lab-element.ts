import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import { LanguageController } from '../i18n/locale';
import { WorkbenchController, type Workbench } from './workbench';

/** A part of the lab: it shows the workbench, in the current language. */
export class LabElement extends LitElement {
  @property({ attribute: false }) bench!: Workbench;

  constructor() {
    super();
    new LanguageController(this);
    new WorkbenchController(this);
  }
}
