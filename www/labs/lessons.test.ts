/** All lessons of all labs: what holds for each of them, whatever it teaches. */
import type { TemplateResult } from 'lit';
import { describe, expect, test } from 'vitest';
import { equal, resolve } from '../engine/spec/patch';
import { applies, FIELDS, fits, runSchema, schema } from '../engine/spec/schema';
import { Facts } from '../shell/lesson/facts';
import { GLOSSARY } from '../shell/lesson/glossary';
import type { Both, Claim, Lesson, Prose } from '../shell/lesson/lesson';
import { askOf } from '../shell/lesson/prediction/question';
import { lessonSpec, runOf, runsOf } from '../shell/lesson/lesson-spec';
import type { Language } from '../shell/text/language';
import { loadWords } from '../shell/text/words';
import type { Spec } from '../types/generated/Spec';
import { CATALOGUE, LABS } from './index';
import { begun, finished, type Course } from './made-up';

const LANGUAGES = ['en', 'zh'] as const satisfies Language[];
const COURSES = ['falling', 'rising', 'alike'] as const satisfies Course[];

const LABS_OF = await Promise.all(CATALOGUE.map(({ id }) => LABS[id]!()));
const LESSONS = (await Promise.all(LABS_OF.map(async (lab) => ((await lab.lessons?.()) ?? []).map((lesson) => ({ lab, lesson }))))).flat();
const CASES = LESSONS.map(({ lab, lesson }) => [`${lab.id}, ${lesson.id}`, lesson, lab] as const);

/** A template as it is written out: strings and values, one after the other. */
function written(prose: unknown): string {
  if (prose === null || prose === undefined || typeof prose === 'boolean') return String(prose);
  if (Array.isArray(prose)) return prose.map(written).join('');
  if (typeof prose === 'object' && 'strings' in prose) {
    const { strings, values } = prose as TemplateResult;
    return strings.map((part, i) => part + (i < values.length ? written(values[i]) : '')).join('');
  }
  return typeof prose === 'symbol' ? '' : String(prose);
}

/** What a reader sees of it. */
const readable = (prose: Prose): string => written(prose).replace(/<[^>]*>/g, '').replace(/\s+/g, ' ').trim();

/** With all its runs and variations, as after "run all and compare". */
function wholeSpec(lesson: Lesson, language: Language): Spec {
  const spec = lessonSpec(lesson, language);
  return { ...spec, runs: runsOf(lesson).map((run) => runOf(run, language)) };
}

/** Every text of a lesson that stands in both languages. */
function texts(lesson: Lesson): Both<Prose>[] {
  const { title, question, stakes, hero, predict, variations, check } = lesson;
  const asked = predict.kind === 'choice' ? predict.options.map(({ text }) => text) : predict.kind === 'order' ? predict.items.map(({ name }) => name) : [];
  return [
    title,
    question,
    stakes,
    ...LANGUAGES.map((of) => ({ en: askOf(predict, 'en', of), zh: askOf(predict, 'zh', of) })),
    ...asked,
    ...(hero.kind === 'bars' ? [hero.title, hero.caption] : []),
    ...runsOf(lesson).map(({ name }) => name),
    ...variations.map(({ ask }) => ask),
    check.ask,
    ...check.options.flatMap(({ text, because }) => [text, because]),
  ];
}

test('the catalogue lists the lessons of each lab', () => {
  const listed = CATALOGUE.flatMap(({ id, lessons }) => lessons.map((lesson) => ({ lab: id, ...lesson })));
  expect(listed).toEqual(LESSONS.map(({ lab, lesson: { id, minutes } }) => ({ lab: lab.id, id, minutes })));
  expect(listed.length).toBeGreaterThan(6);
});

test('the four kinds of predictions are all there', () => {
  expect(new Set(LESSONS.map(({ lesson }) => lesson.predict.kind))).toEqual(new Set(['number', 'order', 'curve', 'choice']));
});

describe.each(CASES)('%s', (_name, lesson, lab) => {
  const { variations, check, controls, predict, hero } = lesson;

  test('is as long as a lesson may be', () => {
    expect(controls.length).toBeGreaterThan(0);
    expect(controls.length).toBeLessThanOrEqual(5);
    expect(new Set(controls).size).toBe(controls.length);
    expect(variations).toHaveLength(3);
    expect(check.options.filter(({ right }) => right)).toHaveLength(1);
    expect(check.options.length).toBeGreaterThan(1);
    expect(runsOf(lesson).length).toBeLessThanOrEqual(8);
  });

  test('says everything in both languages', () => {
    for (const { en, zh } of texts(lesson)) {
      expect(readable(en)).not.toBe('');
      expect(readable(zh)).not.toBe('');
    }
    // Names may be the same in both, such as LoRA and ZeRO; sentences are not.
    for (const { en, zh } of [lesson.question, lesson.stakes, { en: askOf(predict, 'en', 'en'), zh: askOf(predict, 'zh', 'zh') }, check.ask, ...variations.map(({ ask }) => ask), ...check.options.map(({ because }) => because)]) {
      expect(readable(zh)).toMatch(/\p{Script=Han}/u);
      expect(readable(en)).not.toMatch(/\p{Script=Han}/u);
    }
  });

  test.each(LANGUAGES)('sets up runs that are told apart, in %s', (language) => {
    const spec = wholeSpec(lesson, language);
    expect(fits(spec, schema)).toBe(true);
    expect(spec.runs.map((_, run) => fits(resolve(spec, run), runSchema))).toEqual(spec.runs.map(() => true));
    expect(new Set(spec.runs.map(({ name }) => name)).size).toBe(spec.runs.length);
    expect(new Set(runsOf(lesson).map(({ id }) => id)).size).toBe(spec.runs.length);
    const configs = spec.runs.map((_, run) => resolve(spec, run));
    for (const [i, config] of configs.entries()) for (const other of configs.slice(i + 1)) expect(equal(config, other)).toBe(false);
  });

  test.each(LANGUAGES)('has controls that change something, in %s', (language) => {
    const spec = lessonSpec(lesson, language);
    const value = (path: string, run: number): unknown => path.split('.').reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], resolve(spec, run));
    for (const path of controls) {
      const field = FIELDS.get(path);
      expect(field, path).toBeDefined();
      const matters = spec.runs.some((_, run) => applies(field!, (condition) => value(condition, run)));
      expect(matters, `${path} applies`).toBe(true);
      const patched = (patch: unknown): boolean => path.split('.').reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], patch) !== undefined;
      expect(spec.runs.every(({ patch }) => patched(patch)), `${path} is changed by all runs`).toBe(false);
    }
  });

  test('points at a figure that its lab has, and at one outcome', () => {
    const shown = hero.kind === 'own' ? hero.figure : hero.kind === 'curves' ? hero.below : undefined;
    if (shown !== undefined) expect([lab.stage, ...lab.figures].map((figure) => figure?.id)).toContain(shown);
    for (const language of LANGUAGES) {
      const spec = wholeSpec(lesson, language);
      expect(predict.outcome(begun(spec))).toBeNull();
      for (const course of COURSES) {
        const outcome = predict.outcome(finished(spec, course));
        expect(outcome).not.toBeNull();
        if (predict.kind === 'choice') expect(predict.options.map(({ id }) => id)).toContain(outcome);
        if (predict.kind === 'order') expect(Object.keys(outcome as object).sort()).toEqual(predict.items.map(({ id }) => id).sort());
        if (predict.kind === 'number') expect(Number.isFinite((outcome as { value: number }).value)).toBe(true);
      }
    }
  });

  test('has bars of what was measured, and none before', () => {
    if (hero.kind !== 'bars') return;
    const spec = wholeSpec(lesson, 'en');
    const view = finished(spec, 'falling');
    spec.runs.forEach((_, run) => {
      expect(hero.bar(run, view)?.value).toBeGreaterThanOrEqual(0);
      expect(hero.bar(run, begun(spec))?.value ?? 0).toBe(0);
    });
    if (predict.kind === 'number' && predict.bar) expect(predict.bar(predict.scale.to, view)?.value).toBeGreaterThan(0);
  });

  test.each(LANGUAGES)('explains whatever came of its runs, in %s', async (language) => {
    const words = await loadWords(language, lab.text);
    expect(lesson.explain[language](new Facts(begun(lessonSpec(lesson, language)), words, lesson))).toBeNull();
    const views = [lessonSpec(lesson, language), wholeSpec(lesson, language)].flatMap((spec) => COURSES.map((course) => finished(spec, course)));
    for (const view of views) {
      const explanation = lesson.explain[language](new Facts(view, words, lesson));
      for (const part of ['happened', 'why', 'change', 'misleads'] as const) {
        const said = readable(explanation![part]);
        expect(said.length).toBeGreaterThan(20);
        expect(said).not.toMatch(/undefined|NaN|Infinity|\bnull\b|\[object|\bfalse\b|\btrue\b/);
        // A dash alone is a number that is not there.
        expect(said).not.toMatch(/(^|[^\p{L}\p{N}])–($|[^\p{L}\p{N}])/u);
        if (language === 'en') expect(said).not.toMatch(/\p{Script=Han}/u);
      }
      for (const { says, measured } of explanation!.claims ?? []) {
        for (const said of [says, measured].map(readable)) {
          expect(said.length).toBeGreaterThan(10);
          expect(said).not.toMatch(/undefined|NaN|Infinity|\bnull\b|\[object|\bfalse\b|\btrue\b/);
          expect(/\p{Script=Han}/u.test(said)).toBe(language === 'zh');
        }
      }
    }
  });

  test('names terms that the glossary has', () => {
    const prose = texts(lesson).flatMap(({ en, zh }) => [written(en), written(zh)]);
    const spec = lessonSpec(lesson, 'en');
    return loadWords('en', lab.text).then((words) => {
      const explained = LANGUAGES.flatMap((language) => COURSES.flatMap((course) => Object.values(lesson.explain[language](new Facts(finished(spec, course), words, lesson))!).flatMap((part) => (Array.isArray(part) ? part.flatMap(({ says, measured }: Claim) => [says, measured]) : [part as Prose])))).map(written);
      const named = [...prose, ...explained].flatMap((text) => [...text.matchAll(/<tinyai-term name="([^"]*)"/g)].map(([, name]) => name!));
      expect(named.filter((name) => !(name in GLOSSARY))).toEqual([]);
    });
  });
});

test.each(Object.entries(GLOSSARY))('the glossary says what %s is, in both languages', (_name, { term, means, section }) => {
  expect(section).toMatch(/^15(\.\d)?$/);
  expect(term.en).not.toBe('');
  for (const text of [means.zh, term.zh === term.en ? means.zh : term.zh]) expect(text).toMatch(/\p{Script=Han}|nat/u);
  expect(means.en).not.toMatch(/\p{Script=Han}/u);
  // One or two plain sentences.
  expect(means.en.length).toBeLessThan(200);
  expect(means.zh.length).toBeLessThan(110);
});
