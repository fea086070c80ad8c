/** The experiment that a lesson sets up. */
import { specOf } from '../../engine/spec/defaults';
import { keyOf } from '../../engine/spec/legs';
import type { Spec } from '../../types/generated/Spec';
import type { ExperimentView } from '../store/experiment-view';
import { LANGUAGES, type Language } from '../text/language';
import type { Lesson, LessonRun } from './lesson';

export const runOf = ({ name, patch }: LessonRun, language: Language): Spec['runs'][number] => ({ name: name[language], patch: structuredClone(patch) as Record<string, unknown> });

export const lessonSpec = (lesson: Lesson, language: Language): Spec => specOf(lesson.base(language), lesson.runs.map((run) => runOf(run, language)));

/** The name in a language of a run that a lesson knows by its name in any; others keep theirs. */
export const nameIn = (lesson: Lesson, language: Language) => (name: string): string =>
  [...lesson.runs, ...lesson.variations].find((run) => Object.values(run.name).includes(name))?.name[language] ?? name;

/** Whether runs that a lesson speaks of had other settings than its own. */
export const ranOtherwise = (lesson: Lesson, { spec, runs }: ExperimentView): boolean =>
  LANGUAGES.every((language) => {
    const own = lessonSpec(lesson, language);
    return lesson.runs.some((run, i) => {
      const shown = runs.findIndex(({ name }) => Object.values(run.name).includes(name));
      return shown >= 0 && keyOf(spec, shown) !== keyOf(own, i);
    });
  });
