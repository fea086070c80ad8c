/** What the parts of a lab say, in one language. */
import { createContext } from '@lit/context';
import { KIT_EN, KIT_ZH, type KitText } from '../../kit/text/text';
import { plainText, renderReferences } from '../../kit/notice/references';
import { FIELDS } from '../../engine/spec/schema';
import type { Text } from '../../types/generated/Text';
import { Formats } from './format';
import type { LabText } from './lab-text';
import type { Language } from './language';
import type { FieldText, Messages } from './messages';

/** All of it. */
export class Words {
  readonly format: Formats;

  constructor(
    readonly language: Language,
    readonly messages: Messages,
    readonly lab: LabText,
  ) {
    const { s = 's', min = 'min' } = messages.units;
    this.format = new Formats(messages.languageTag, { s, min, same: messages.results.theSame });
  }

  get kit(): KitText {
    return { zh: KIT_ZH, en: KIT_EN }[this.language];
  }

  /** The text of the engine's two. */
  of = (text: Text): string => text[this.language];

  field = (path: string): FieldText | undefined => (this.messages.fields as Record<string, FieldText | undefined>)[path] ?? this.section(path) ?? this.item(path);

  /** Undefined where there is no such choice. */
  option = (path: string, option: string): string | undefined => {
    const [of] = itemOf(path) ?? [path];
    return (this.messages.options as Record<string, string | undefined>)[`${of}=${option}`] ?? (FIELDS.get(of)?.kind === 'source' ? this.messages.sources[option] : undefined);
  };

  group = (path: string): string => this.lab.groups?.[path as keyof Messages['groups']] ?? this.messages.groups[path as keyof Messages['groups']] ?? path;

  /** The name of a figure, or of what stands above the figures. */
  figure = (id: string): string => {
    const { loss, memory, samples, comparison: table, forks } = this.messages.results;
    const shared: Record<string, string> = { loss, memory, samples, table, forks };
    return this.lab.figures?.[id] ?? shared[id] ?? id;
  };

  /** A message with the fields and choices it names called as in the form. */
  message = (text: Text): string => plainText(renderReferences(this.of(text), (path) => this.field(path)?.label, this.option));

  private item(path: string): FieldText | undefined {
    const [list = '', number] = itemOf(path) ?? [];
    const text = this.messages.fields[list as keyof Messages['fields']] as FieldText | undefined;
    return text && { ...text, label: `${text.label} (${number})` };
  }

  private section(path: string): FieldText | undefined {
    if (path === 'fork') return { label: this.messages.form.fork, help: '' };
    return path in this.messages.groups ? { label: this.group(path), help: '' } : undefined;
  }
}

/** The list that a path is an item of, and the item's number, from 1. */
function itemOf(path: string): [list: string, number: number] | null {
  const [, list, index] = /^(.+)\.(\d+)$/.exec(path) ?? [];
  return list === undefined ? null : [list, Number(index) + 1];
}

/** Loads the words of a lab in a language. */
export async function loadWords(language: Language, lab: Record<Language, () => Promise<LabText>>): Promise<Words> {
  const load: Record<Language, () => Promise<Messages>> = { zh: async () => (await import('./zh')).zh, en: async () => (await import('./en')).en };
  const [messages, text] = await Promise.all([load[language](), lab[language]()]);
  return new Words(language, messages, text);
}

/** The words of the lab that an element is in. */
export const wordsContext = createContext<Words>(Symbol('tinyai-words'));
