import { markedName } from '../../../kit/chart/mark';
import { LabElement } from '../../../shell/elements/lab-element';
import { colour, dash } from '../../../shell/figures/run-mark';
import type { FineTuningText } from '../text/type';
import type { AdaptersText } from '../text/adapters/type';
import { deskOf, type Desk } from './desk';
import type { Item } from './shelf/item';

/** What the bases of the site can go on from, in prose as in verse: a model knows no other characters than its own. */
const PROMPTS: Readonly<Record<string, string>> = { 'tang-poems': '春风', 'shakespeare-plays': 'My love is' };

/** A part of the page of many adapters. */
export abstract class AdaptersElement extends LabElement {
  protected get own(): AdaptersText {
    return (this.words.lab.own as FineTuningText).adapters;
  }

  protected get desk(): Desk {
    return deskOf(this.store);
  }

  /** What is continued until somebody writes something else. */
  protected get firstPrompt(): string {
    const { model, evaluation } = this.store.editor.spec.base;
    return PROMPTS[model.base] ?? evaluation.prompt;
  }

  /** Tokens that each writes at first: a byte is less than a character of verse. */
  protected get firstTokens(): number {
    return this.store.editor.spec.base.model.base === 'shakespeare-plays' ? 140 : 64;
  }

  /** A name behind the mark that its adapter has in every figure. */
  protected marked(item: Item | null, name = item?.name ?? this.own.shelf.base) {
    const { colour, dash } = this.looks(item);
    return markedName(name, colour, dash);
  }

  /** The base is grey. */
  protected looks(item: Item | null): { colour: string; dash: number[] } {
    return item ? { colour: colour(item.place), dash: dash(item.place) } : { colour: 'var(--ink-2)', dash: [] };
  }
}
