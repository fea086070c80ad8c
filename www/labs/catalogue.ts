/** The labs that there are, in the order of their links: a line each. Each has a folder, with a `definition.ts` that gives its `lab`. */
import defaultSpec from '../types/generated/default_spec.json' with { type: 'json' };
import type { Text } from '../types/generated/Text';

/** What is fetched beside the scripts of a page, before they ask for it. */
export interface Early {
  /** The scripts of the workers that the page starts: their sources' names without `.ts`. */
  workers: string[];
  /** Whose builds: the engine's own, those of ranks, or both. */
  engines: ('engine' | 'ranks')[];
  /** Files below the site's root that the first experiment in a language needs; not fetched where the address brings another one. */
  assets: Record<'en' | 'zh', string[]>;
}

export interface CataloguedLab {
  /** Its folder, and what addresses call it. */
  id: string;
  name: Text;
  /** Its lessons, in their order, with about how many minutes each takes. */
  lessons: readonly { id: string; minutes: number }[];
  /** Its workbenches, as they call themselves. */
  workbenches?: readonly { id: string; title: Text; question: Text }[];
  early: Early;
}

const { model, data } = defaultSpec.base;
const PLAYS = 'corpora/shakespeare-plays.txt';
const POEMS = 'corpora/tang-poems.txt';

/** The files of a base model and of the text that it learns. */
const tuned = (base: string, corpus: string): string[] => [...['config.json', 'tokenizer.json', 'model.safetensors'].map((file) => `models/${base}/${file}`), `corpora/${corpus}.txt`];

/** What the first experiment needs in each language, on one rank. */
const alone = (en: string[], zh: string[]): Early => ({ workers: ['engine.worker'], engines: ['engine'], assets: { en, zh } });
/** The same, on one and on several. */
const ranked = (en: string[], zh: string[]): Early => ({ workers: ['engine.worker', 'rank.worker'], engines: ['engine', 'ranks'], assets: { en, zh } });

export const CATALOGUE: readonly CataloguedLab[] = [
  {
    id: 'from-scratch',
    name: { en: 'From scratch', zh: '从零训练' },
    lessons: [
      { id: 'first-words', minutes: 4 },
      { id: 'depth', minutes: 5 },
      { id: 'tokens', minutes: 5 },
    ],
    early: alone([PLAYS], [POEMS]),
  },
  {
    id: 'fine-tuning',
    name: { en: 'Fine-tuning', zh: '微调' },
    lessons: [
      { id: 'lora-saves', minutes: 5 },
      { id: 'rank', minutes: 5 },
      { id: 'modules', minutes: 5 },
      { id: 'learning-rate', minutes: 5 },
      { id: 'high-ranks', minutes: 6 },
      { id: 'equal-time', minutes: 6 },
      { id: 'forgetting', minutes: 5 },
      { id: 'quantised-base', minutes: 5 },
      { id: 'memory', minutes: 6 },
    ],
    workbenches: [
      { id: 'tournament', title: { en: 'Tournament', zh: '方法大比拼' }, question: { en: 'Which way of fine-tuning is worth its cost?', zh: '哪种微调方法最值？' } },
      { id: 'adapters', title: { en: 'One base, many adapters', zh: '一个基座，多个适配器' }, question: { en: 'How many skills can one base carry?', zh: '一个基座能带多少种本领？' } },
    ],
    early: alone(tuned('shakespeare-plays', 'shakespeare-sonnets'), tuned(model.base, data.corpus)),
  },
  {
    id: 'parallel',
    name: { en: 'Parallel', zh: '并行训练' },
    lessons: [
      { id: 'data-parallel', minutes: 5 },
      { id: 'pipeline-bubble', minutes: 6 },
      { id: 'schedule-memory', minutes: 6 },
      { id: 'smaller-bubble', minutes: 7 },
      { id: 'tensor-parallel', minutes: 6 },
      { id: 'zero', minutes: 6 },
      { id: 'unequal-ranks', minutes: 6 },
      { id: 'compressed-gradients', minutes: 6 },
    ],
    early: ranked([PLAYS], [PLAYS]),
  },
];
