/** The experiment that a lesson sets up. */
import { specOf } from '../../engine/spec/defaults';
import { keyOf } from '../../engine/spec/legs';
import { get } from '../../engine/spec/patch';
import type { Spec } from '../../types/generated/Spec';
import type { ExperimentView } from '../store/experiment-view';
import { LANGUAGES, type Language } from '../text/language';
import type { Lesson, LessonRun, Variation } from './lesson';

export const runOf = ({ name, patch }: LessonRun, language: Language): Spec['runs'][number] => ({ name: name[language], patch: structuredClone(patch) as Record<string, unknown> });

export const lessonSpec = (lesson: Lesson, language: Language): Spec => specOf(lesson.base(language), lesson.runs.map((run) => runOf(run, language)));

/** What the experiments that a lesson or workbench sets up in two languages differ by: the model, and the text. */
const OF_LANGUAGE = ['model.base', 'data.corpus'] as const;

/** The language whose experiment is written: that of the page, unless model and text are those of another. */
export function languageOf({ base }: Spec, specIn: (language: Language) => Spec, page: Language): Language {
  const isOf = (language: Language): boolean => OF_LANGUAGE.every((path) => get(base, path) === get(specIn(language).base, path));
  return isOf(page) ? page : (LANGUAGES.find(isOf) ?? page);
}

/** All that a click on a variation adds. */
export const runsOfVariation = (variation: Variation): readonly LessonRun[] => [...(variation.beside ?? []), variation];

/** All runs that a lesson knows. */
export const runsOf = ({ runs, variations }: Lesson): readonly LessonRun[] => [...runs, ...variations.flatMap(runsOfVariation)];

/** The name in a language of a run that a lesson knows by its name in any; others keep theirs. */
export const nameIn = (lesson: Lesson, language: Language) => (name: string): string =>
  runsOf(lesson).find((run) => Object.values(run.name).includes(name))?.name[language] ?? name;

/** Whether runs that a lesson speaks of had other settings than its own. */
export const ranOtherwise = (lesson: Lesson, { spec, runs }: ExperimentView): boolean =>
  LANGUAGES.every((language) => {
    const own = lessonSpec(lesson, language);
    return lesson.runs.some((run, i) => {
      const shown = runs.findIndex(({ name }) => Object.values(run.name).includes(name));
      return shown >= 0 && keyOf(spec, shown) !== keyOf(own, i);
    });
  });
