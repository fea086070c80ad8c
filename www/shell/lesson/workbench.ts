/** A page of a lab beside its lessons: an experiment that a panel of its own sets up, with the figures that answer what it asks. */
import type { TemplateResult } from 'lit';
import type { Spec } from '../../types/generated/Spec';
import type { Figure } from '../lab-definition';
import type { LabStore } from '../store/lab-store';
import type { Language } from '../text/language';
import type { Both, Prose } from './lesson';

export interface Workbench {
  /** Its name in addresses, which no lesson of the lab has. */
  id: string;
  /** Section of the chapter. */
  section: string;
  /** A few words, for lists. */
  title: Both<string>;
  /** One sentence. */
  question: Both<string>;
  stakes: Both<Prose>;
  /** What it begins with. */
  spec: (language: Language) => Spec;
  /** The name in a language of a run that the panel made; others keep theirs. */
  nameIn: (language: Language) => (name: string) => string;
  /** Whether an experiment is one of its. */
  owns: (spec: Spec) => boolean;
  /** Above the run: what can be chosen. */
  panel: { heading: Both<string>; render: (store: LabStore) => TemplateResult };
  /** Below it: figures of the lab, by their ids, and parts of its own, which are not of an experiment's runs alone. */
  figures: readonly (string | WorkbenchPart)[];
  /** What to take from it, whatever was measured: a sentence or two at the end. */
  takeaway: Both<Prose>;
}

/** A part of a workbench that no other page of the lab has; it shows what is there now, whatever was measured before. */
export type WorkbenchPart = Pick<Figure, 'id' | 'render'>;
