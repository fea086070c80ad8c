import type { Problem } from '../types/generated/Problem';
import type { ProblemCode } from '../types/generated/ProblemCode';

/** A message for where there is no form: its fields, `{training.steps}`, by their paths, and choices, `{mesh.zero=none}`, as values. */
export function plain(message: string): string {
  return message.replace(/\{([a-z0-9_.]+)(?:=([a-z0-9_.-]+))?\}/g, (_, path: string, choice?: string) => (choice === undefined ? path : `"${choice}"`));
}

/** The same problem, its messages {@link plain}. */
export const plainProblem = (problem: Problem): Problem => ({ ...problem, message: { en: plain(problem.message.en), zh: plain(problem.message.zh) } });

/** What the engine refused, with every problem it found, each in English and Chinese. */
export class TinyaiError extends Error {
  /** In the order of the spec; never empty. */
  readonly problems: Problem[];

  constructor(problems: Problem[]) {
    super(problems.map((problem) => plain(problem.message.en)).join('\n'));
    this.name = 'TinyaiError';
    this.problems = problems;
  }
}

/** A problem that concerns no run and no field. */
export function problem(code: ProblemCode, en: string, zh: string, value: string | null = null): Problem {
  return { code, run: null, field: null, value, message: { en, zh } };
}

/** Whether a thrown value is the engine's list of problems. */
export function isProblems(thrown: unknown): thrown is Problem[] {
  return Array.isArray(thrown) && thrown.length > 0 && thrown.every((item) => typeof item?.message?.en === 'string');
}

/** Whether a thrown value tells of a fault that was foreseen; anything else leaves the engine in an unknown state. */
export const isForeseen = (thrown: unknown): boolean => thrown instanceof TinyaiError || isProblems(thrown);

/** Problems for anything that can be thrown. */
export function problemsOf(thrown: unknown): Problem[] {
  if (thrown instanceof TinyaiError) return thrown.problems;
  if (isProblems(thrown)) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return [problem('internal', `An error of ours: ${text}`, `程序内部出错：${text}`, text)];
}
