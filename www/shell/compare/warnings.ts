import type { Text } from '../../types/generated/Text';
import type { Environment } from '../../types/generated/Environment';
import { differences } from './differences';
import { metricTable } from './metrics';
import { environmentOf, fieldsOf, numberAt, outcomeOf, stepsOf, type ComparedRun } from './run';

export type WarningKind = 'unfinished' | 'data' | 'steps' | 'seed' | 'engine' | 'build' | 'threads' | 'machine' | 'units' | 'kinds';

/** A reason why figures do not compare as they stand; its text refers to fields, and to metrics as `{metrics.NAME}`. */
export interface Warning {
  readonly kind: WarningKind;
  readonly text: Text;
}

/** What a reader must know before comparing the runs; what matters most comes first. */
export function warnings(runs: readonly ComparedRun[]): Warning[] {
  return [...ofProgress(runs), ...ofData(runs), ...ofSteps(runs), ...ofSeeds(runs), ...ofEnvironments(runs), ...ofMetrics(runs)];
}

function ofProgress(runs: readonly ComparedRun[]): Warning[] {
  const names = runs.filter((run) => outcomeOf(run)?.status !== 'finished').map((run) => run.entry.spec.runs[run.index]?.name ?? String(run.index));
  return warning('unfinished', names, (list) => ({
    en: `Not finished: ${list}. What they measured is of fewer steps than planned.`,
    zh: `未完成：${list}。其测量结果的步数少于计划。`,
  }));
}

function ofData(runs: readonly ComparedRun[]): Warning[] {
  const fields = differences(runs).filter(({ path }) => path.startsWith('data.'));
  const told = fields.map(({ path, values }) => `{${path}} (${distinct(values.map((value) => named(path, value))).join(' / ')})`);
  return warning('data', told, (list) => ({
    en: `The runs read different data: ${list}. Losses on different data do not compare.`,
    zh: `各运行的数据不同：${list}。不同数据上的损失不可直接比较。`,
  }));
}

function ofSteps(runs: readonly ComparedRun[]): Warning[] {
  const steps = runs.map((run) => stepsOf(run) ?? numberAt(fieldsOf(run), 'training.steps'));
  return differing('steps', steps, (list) => ({
    en: `The runs did different numbers of steps: ${list}. Compare their curves at the same step.`,
    zh: `各运行的步数不同：${list}。请在相同步数处比较曲线。`,
  }));
}

function ofSeeds(runs: readonly ComparedRun[]): Warning[] {
  const seeds = runs.map((run) => fieldsOf(run).get('training.seed'));
  return differing('seed', seeds, (list) => ({
    en: `The runs have different seeds: ${list}. Part of the difference is chance.`,
    zh: `各运行的随机种子不同：${list}。部分差异来自随机性。`,
  }));
}

/** What differs of where the runs ran, and what that changes. */
const ENVIRONMENT: [WarningKind, (environment: Environment) => string, (list: string) => Text][] = [
  [
    'engine',
    ({ engine }) => engine,
    (list) => ({
      en: `The runs are of different versions of the engine: ${list}. Both figures and times may differ for that reason.`,
      zh: `各运行使用不同版本的引擎：${list}。数值和时间都可能因此不同。`,
    }),
  ],
  [
    'build',
    ({ variant, simd }) => `${variant} (${simd})`,
    (list) => ({
      en: `The runs used different builds of the engine: ${list}. Times do not compare, and losses may differ in their last digits.`,
      zh: `各运行使用引擎的不同构建：${list}。时间不可比较，损失的末几位也可能不同。`,
    }),
  ],
  [
    'threads',
    ({ threads }) => String(threads),
    (list) => ({
      en: `The runs used different numbers of threads: ${list}. Times do not compare; losses do.`,
      zh: `各运行使用的线程数不同：${list}。时间不可比较，损失可以。`,
    }),
  ],
  [
    'machine',
    ({ user_agent, cores }) => `${user_agent}, ${cores} cores`,
    (list) => ({ en: `The runs ran on different machines or browsers: ${list}. Times do not compare.`, zh: `各运行在不同的机器或浏览器上：${list}。时间不可比较。` }),
  ],
];

function ofEnvironments(runs: readonly ComparedRun[]): Warning[] {
  const environments = runs.map(environmentOf).filter((environment) => environment !== null);
  return ENVIRONMENT.flatMap(([kind, value, text]) => differing(kind, environments.map(value), text));
}

function ofMetrics(runs: readonly ComparedRun[]): Warning[] {
  const rows = metricTable(runs, 0);
  const differingIn = (field: 'unit' | 'kind'): string[] =>
    rows.flatMap(({ name, cells }) => {
      const values = distinct(cells.flatMap((cell) => cell?.[field] ?? []));
      return values.length > 1 ? [`{metrics.${name}} (${values.join(', ')})`] : [];
    });
  return [
    ...warning('units', differingIn('unit'), (list) => ({ en: `Units differ: ${list}. These have no ratio.`, zh: `单位不同：${list}。这些指标没有比值。` })),
    ...warning('kinds', differingIn('kind'), (list) => ({
      en: `Figures of different origin stand side by side: ${list}.`,
      zh: `来源不同的数值并列：${list}。`,
    })),
  ];
}

function differing(kind: WarningKind, values: readonly unknown[], text: (list: string) => Text): Warning[] {
  const known = distinct(values.filter((value) => value !== null && value !== undefined).map(shown));
  return warning(kind, known.length > 1 ? known : [], text);
}

const warning = (kind: WarningKind, list: readonly string[], text: (list: string) => Text): Warning[] =>
  list.length === 0 ? [] : [{ kind, text: text(list.join(', ')) }];

const distinct = (values: readonly string[]): string[] => [...new Set(values)];
/** A value as messages refer to it, so that it is called as in the form. */
const named = (path: string, value: unknown): string => (typeof value === 'string' ? `{${path}=${value}}` : shown(value));
const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? '–'));
