/** What a lab is: a view on an experiment. Its folder in `labs/` holds all there is of it. */
import type { TemplateResult } from 'lit';
import type { Spec } from '../types/generated/Spec';
import type { Lesson } from './lesson/lesson';
import type { Workbench } from './lesson/workbench';
import type { LabStore } from './store/lab-store';
import type { Language } from './text/language';
import type { LabText } from './text/lab-text';

/** An experiment to begin with. */
export interface Preset {
  id: string;
  spec: Spec;
}

/** Something that a lab shows of an experiment. */
export interface Figure {
  /** Its name in links and embeds. */
  id: string;
  /** Whether there is something to show. */
  shows(store: LabStore): boolean;
  render(store: LabStore): TemplateResult;
  /** Whether it shows what is written rather than what was measured, and so is never of the past. */
  plans?(store: LabStore): boolean;
}

export interface LabDefinition {
  /** Its folder, and the end of its address. */
  id: string;
  /** Section of the chapter. */
  section: string;
  /** The first is what free play begins with. */
  presets: (language: Language) => Preset[];
  /** Groups of the form that stand open, in this order; all others follow, folded. */
  groups: string[];
  /** Fields that the lab draws itself. */
  drawn?: string[];
  /** What stands above the form. */
  controls?: (store: LabStore) => TemplateResult;
  /** What stands between the control bar and the figures, and its name in embeds. */
  stage?: Pick<Figure, 'id' | 'render' | 'plans'>;
  figures: Figure[];
  /** In the order in which they are taken; a page of the lab opens with the first. */
  lessons?: () => Promise<readonly Lesson[]>;
  /** Pages beside them, listed after them. */
  workbenches?: () => Promise<readonly Workbench[]>;
  text: Record<Language, () => Promise<LabText>>;
  /** Loads what its figures are made of. */
  load?: () => Promise<unknown>;
}
