/** The methods that a tournament compares, with what they are called and which setting says how large they are. */
import { FIELDS } from '../../../engine/spec/schema';
import type { Both } from '../../../shell/lesson/lesson';
import type { FineTuningSpec } from '../../../types/generated/FineTuningSpec';
import type { Method } from '../../../types/generated/Method';
import type { Quantization } from '../../../types/generated/Quantization';

export interface Contestant {
  /** What it is told apart by: the engine's name of its method, unless how frozen weights are kept has given it another. */
  id: string;
  method: Method;
  quantization: Quantization;
  name: Both<string>;
  /** Paths in a run's configuration of what says how large it is; the first is what is made to fit a rule. */
  sizes: readonly string[];
  /** Learning rates that it tries, in times of those that LoRA tries: what suits a whole model is far less than what suits a few vectors. */
  rates: number;
}

const RANK = 'fine_tuning.lora.rank';
const VIRTUAL_TOKENS = 'fine_tuning.prompt.virtual_tokens';

const of = (method: Method, name: Both<string>, ...sizes: string[]): Contestant => ({ id: method, method, quantization: 'none', name, sizes, rates: 1 });
const trying = (rates: number, one: Contestant): Contestant => ({ ...one, rates });

const KNOWN: readonly Contestant[] = [
  trying(0.1, of('full', { en: 'Full', zh: '全参数' })),
  of('lora', { en: 'LoRA', zh: 'LoRA' }, RANK),
  of('dora', { en: 'DoRA', zh: 'DoRA' }, RANK),
  { ...of('lora', { en: 'QLoRA', zh: 'QLoRA' }, RANK), id: 'qlora', quantization: 'nf4' },
  of('adalora', { en: 'AdaLoRA', zh: 'AdaLoRA' }, 'fine_tuning.adalora.initial_rank', 'fine_tuning.adalora.target_rank'),
  of('adapter', { en: 'Adapter', zh: '适配器' }, 'fine_tuning.adapter.size'),
  trying(10, of('ia3', { en: 'IA³', zh: 'IA³' })),
  trying(10, of('bitfit', { en: 'BitFit', zh: 'BitFit' })),
  trying(30, of('prefix_tuning', { en: 'Prefix tuning', zh: '前缀微调' }, VIRTUAL_TOKENS)),
  trying(10, of('prompt_tuning', { en: 'Prompt tuning', zh: '提示微调' }, VIRTUAL_TOKENS)),
  trying(0.1, of('last_layers', { en: 'Last layers', zh: '最后几层' }, 'fine_tuning.last_layers.layers')),
];

/** All of them, in the order in which they stand on the page. */
export const CONTESTANTS: readonly Contestant[] = [
  ...KNOWN,
  // One that is new here is called as the engine calls it until it has a line above.
  ...FIELDS.get('fine_tuning.method')!
    .options.filter((method) => !KNOWN.some((known) => known.method === method))
    .map((method) => of(method as Method, { en: method, zh: method })),
];

/** Those that a tournament begins with, by their ids: of prefix and prompt tuning, and of LoRA and AdaLoRA, one is enough at first. */
export const FIRST: readonly string[] = CONTESTANTS.map(({ id }) => id).filter((id) => !['prompt_tuning', 'adalora'].includes(id));

/** The settings that are made to fit where methods are to be as large as each other. */
export const SIZES: readonly string[] = [...new Set(CONTESTANTS.flatMap(({ sizes }) => sizes.slice(0, 1)))];

/** Which of them a run is; undefined: none, as where a method's frozen weights are kept as here they are not. */
export const contestant = ({ fine_tuning: { method, quantization } }: { fine_tuning: Pick<FineTuningSpec, 'method' | 'quantization'> }): Contestant | undefined =>
  CONTESTANTS.find((one) => one.method === method && one.quantization === quantization);
