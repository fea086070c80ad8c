import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import { LanguageController } from '../i18n/locale';
import { WorkbenchController } from '../workbench/workbench-controller';
import type { Benchmark } from './benchmark';

/** A part of the benchmark's page: it shows the benchmark, in the current language. */
export class BenchElement extends LitElement {
  @property({ attribute: false }) bench!: Benchmark;

  constructor() {
    super();
    new LanguageController(this);
    new WorkbenchController(this);
  }
}
