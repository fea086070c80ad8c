/** The experiment that a lesson sets up. */
import { specOf } from '../../engine/spec/defaults';
import type { Spec } from '../../types/generated/Spec';
import type { Language } from '../text/language';
import type { Lesson, LessonRun } from './lesson';

export const runOf = ({ name, patch }: LessonRun, language: Language): Spec['runs'][number] => ({ name: name[language], patch: structuredClone(patch) as Record<string, unknown> });

export const lessonSpec = (lesson: Lesson, language: Language): Spec => specOf(lesson.base(language), lesson.runs.map((run) => runOf(run, language)));
