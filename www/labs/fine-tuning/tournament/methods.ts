/** The methods that a tournament compares, with what they are called and which setting says how large they are. */
import { FIELDS } from '../../../engine/spec/schema';
import { MOST_RUNS } from '../../../shell/store/spec-editor';
import type { Both } from '../../../shell/lesson/lesson';
import type { Method } from '../../../types/generated/Method';

export interface Contestant {
  method: Method;
  name: Both<string>;
  /** Path of its size in a run's configuration; null: it has none. */
  size: string | null;
}

const RANK = 'fine_tuning.lora.rank';
const VIRTUAL_TOKENS = 'fine_tuning.prompt.virtual_tokens';

const KNOWN: (Omit<Contestant, 'method'> & { method: string })[] = [
  { method: 'full', name: { en: 'Full', zh: '全参数' }, size: null },
  { method: 'lora', name: { en: 'LoRA', zh: 'LoRA' }, size: RANK },
  { method: 'dora', name: { en: 'DoRA', zh: 'DoRA' }, size: RANK },
  { method: 'qlora', name: { en: 'QLoRA', zh: 'QLoRA' }, size: RANK },
  { method: 'adalora', name: { en: 'AdaLoRA', zh: 'AdaLoRA' }, size: RANK },
  { method: 'adapter', name: { en: 'Adapter', zh: '适配器' }, size: 'fine_tuning.adapter.size' },
  { method: 'ia3', name: { en: 'IA³', zh: 'IA³' }, size: null },
  { method: 'bitfit', name: { en: 'BitFit', zh: 'BitFit' }, size: null },
  { method: 'prefix_tuning', name: { en: 'Prefix tuning', zh: '前缀微调' }, size: VIRTUAL_TOKENS },
  { method: 'prompt_tuning', name: { en: 'Prompt tuning', zh: '提示微调' }, size: VIRTUAL_TOKENS },
  { method: 'last_layers', name: { en: 'Last layers', zh: '最后几层' }, size: 'fine_tuning.last_layers.layers' },
];

const OFFERED = FIELDS.get('fine_tuning.method')!.options;

/** Those that the engine has, in the order in which they stand on the page. */
export const CONTESTANTS: readonly Contestant[] = [
  ...KNOWN.filter(({ method }) => OFFERED.includes(method)),
  // One that is new here is called as the engine calls it until it has a line above.
  ...OFFERED.filter((method) => !KNOWN.some((known) => known.method === method)).map((method) => ({ method, name: { en: method, zh: method }, size: null })),
] as Contestant[];

/** Those that a tournament begins with. */
export const FIRST: readonly Method[] = CONTESTANTS.map(({ method }) => method).filter((method) => !['prompt_tuning', 'adalora'].includes(method)).slice(0, MOST_RUNS);

/** The settings that say how large methods are. */
export const SIZES: readonly string[] = [...new Set(CONTESTANTS.flatMap(({ size }) => size ?? []))];

export const contestant = (method: string): Contestant | undefined => CONTESTANTS.find((one) => one.method === method);
