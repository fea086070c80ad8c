import { describe, expect, test } from 'vitest';
import { resolve } from '../engine/spec/patch';
import { Facts, placeOf } from '../shell/lesson/facts';
import { lessonSpec, runOf, runsOf } from '../shell/lesson/lesson-spec';
import { askOf } from '../shell/lesson/prediction/question';
import type { TargetModule } from '../types/generated/TargetModule';
import type { Outcome } from '../shell/lesson/prediction/question';
import { loadWords } from '../shell/text/words';
import { CATALOGUE, LABS } from './index';
import { finished } from './made-up';
import { oneIn, SHAPES } from './fine-tuning/lessons/base';
import { forgetting } from './fine-tuning/lessons/forgetting';
import { loraSaves } from './fine-tuning/lessons/lora-saves';
import { memory } from './fine-tuning/lessons/memory';
import { modules } from './fine-tuning/lessons/modules';
import { rank } from './fine-tuning/lessons/rank';

const LANGUAGES = ['en', 'zh'] as const;
const lab = await LABS[CATALOGUE.find(({ id }) => id.includes('fine'))!.id]!();

/** Parameters of the pairs of a layer. */
const budget = (run: (typeof modules.runs)[number]): number => {
  const spec = { ...lessonSpec(modules, 'en'), runs: [runOf(run, 'en')] };
  const { rank: r, target_modules } = resolve(spec, 0).fine_tuning.lora;
  const shapes = target_modules.map((module) => SHAPES[module as TargetModule]);
  return shapes.reduce((sum, shape) => sum + r * (shape.in + shape.out), 0);
};

describe('which modules', () => {
  const all = budget(modules.runs.find(({ id }) => id === 'all')!);

  test.each([...modules.runs, ...modules.variations.filter(({ id }) => id !== 'all-16')].map((run) => [run.id, run] as const))('%s has as many parameters as all seven, within 7%%', (_id, run) => {
    expect(Math.abs(budget(run) / all - 1)).toBeLessThan(0.07);
  });

  test.each(LANGUAGES)('explains no order where losses are alike, in %s', async (language) => {
    const words = await loadWords(language, lab.text);
    const why = (course: 'alike' | 'falling') => JSON.stringify(modules.explain[language](new Facts(finished(lessonSpec(modules, language), course), words, modules))!.why);
    const none = { en: 'no order can be read', zh: '看不出次序' }[language];
    expect(why('alike')).toContain(none);
    expect(why('falling')).not.toContain(none);
  });
});

describe('how high a rank', () => {
  const { predict, hero } = rank;
  if (predict.kind !== 'number' || hero.kind !== 'bars') throw new Error('it asks for a number, and shows bars');
  const spec = lessonSpec(rank, 'en');

  /** With the losses that the runs end at; that of the base model is 6. In the end, the first run's training losses jitter by so much about the others'. */
  function ending(losses: number[], jitter = 0) {
    const view = finished(spec, 'alike');
    losses.forEach((_, run) => {
      for (let step = 101; step <= 140; step++) view.apply({ type: 'metric', run, series: 'loss', step, value: 4 + (run > 0 ? 0 : step % 2 ? jitter : -jitter) });
    });
    losses.forEach((value, run) => view.apply({ type: 'figure', run, name: 'validation_loss', figure: { value, unit: 'nats/token', kind: 'measured', spread: null } }));
    return view;
  }

  test('the share has the spread of the noise around it', () => {
    const { value, spread } = predict.outcome(ending([5, 4, 4, 4], 0.1)) as Outcome;
    expect(value).toBeCloseTo(50);
    // Second differences are 0.4.
    const noise = 0.4 / Math.sqrt(60) / 0.6745;
    expect(spread![0]).toBeCloseTo(50 - (100 * noise) / 2);
    expect(spread![1]).toBeCloseTo(50 + (100 * noise) / 2);
  });

  test('a rank that made the loss worse has its number, and a bar of no length', () => {
    const view = ending([6.2, 4, 4, 4]);
    expect(hero.bar(0, view)).toEqual({ value: expect.closeTo(-0.2), parts: [] });
    expect((predict.outcome(view) as Outcome).value).toBeCloseTo(-10);
  });

  test.each(LANGUAGES)('without a gain of the highest rank there is no share of it, in %s', async (language) => {
    const view = ending([5, 5, 5, 6.5]);
    expect(predict.outcome(view)).toBeNull();
    expect(predict.bar!(20, view)).toBeNull();
    expect(placeOf(view, rank.runs[0]!)).toBe(0);
    const said = rank.explain[language](new Facts(view, await loadWords(language, lab.text), rank))!;
    expect(JSON.stringify(said.happened)).toContain({ en: 'There is no gain to compare by', zh: '没有降幅可比' }[language]);
    expect(JSON.stringify(said.happened)).not.toMatch(/[-−]\d+\s?%/);
  });

  test('the chapter’s guide for generation holds where the highest rank is the best, and not where a low one is enough', async () => {
    const words = await loadWords('en', lab.text);
    const verdict = (losses: number[]) => rank.explain.en(new Facts(ending(losses), words, rank))!.claims!.map(({ verdict }) => verdict);
    expect([verdict([5, 4.5, 4.2, 4]), verdict([5, 4, 4, 4]), verdict([5, 5, 5, 6.5])]).toEqual([['holds'], ['fails'], ['open']]);
  });
});

describe('what LoRA saves', () => {
  const view = (spec = lessonSpec(loraSaves, 'en')) => finished(spec, 'alike');
  const end = (run: number, value: number, of: ReturnType<typeof view>) => of.apply({ type: 'figure', run, name: 'validation_loss', figure: { value, unit: 'nats/token', kind: 'measured', spread: null } });

  test('a loss that is hardly higher bears out the quality, and not the number', async () => {
    const words = await loadWords('en', lab.text);
    const claim = (loss: number) => {
      const shown = view();
      end(0, 3, shown);
      end(1, loss, shown);
      return loraSaves.explain.en(new Facts(shown, words, loraSaves))!.claims![0]!;
    };
    // The base begins at 6, so that full fine-tuning gained 3 nats.
    expect([3.1, 3.6].map((loss) => claim(loss).verdict)).toEqual(['partly', 'fails']);
    const measured = JSON.stringify(claim(3.1).measured);
    expect(measured).toContain('the quality is as claimed, the number is not');
    expect(measured).toContain('which is 3% of what full fine-tuning gained');
  });

  test.each(LANGUAGES)('each variation that has run is spoken of, and none that has not, in %s', async (language) => {
    const words = await loadWords(language, lab.text);
    const change = (ids: string[]) => {
      const spec = lessonSpec(loraSaves, language);
      const more = runsOf(loraSaves).filter(({ id }) => ids.includes(id)).map((run) => runOf(run, language));
      return JSON.stringify(loraSaves.explain[language](new Facts(view({ ...spec, runs: [...spec.runs, ...more] }), words, loraSaves))!.change);
    };
    const said = { 'rank-64': { en: 'with rank ', zh: '秩为 ' }, 'q-v': { en: 'queries and values alone', zh: '只加在查询和值上' }, 'batch-16': { en: 'with a batch of ', zh: '批大小为 ' } };
    const all = Object.values(said).map((text) => text[language]);
    for (const [id, text] of Object.entries(said)) {
      const told = change([id, 'full-16']);
      expect(all.filter((each) => told.includes(each))).toEqual([text[language]]);
    }
    expect(all.filter((each) => change(['batch-16']).includes(each)), 'LoRA with a larger batch is compared with its like').toEqual([]);
  });

  test('one parameter in so many learns, by the base of the experiment', () => {
    expect([oneIn(4, 'en'), oneIn(4, 'zh'), oneIn(8, 'en')]).toEqual([30, 43, 15]);
    expect(JSON.stringify(askOf(loraSaves.predict, 'zh', 'en'))).toContain('30');
  });
});

describe('what is forgotten', () => {
  test.each(LANGUAGES)('methods that cannot be told apart are named together, and a loss that fell did not rise, in %s', async (language) => {
    const view = finished(lessonSpec(forgetting, language), 'alike');
    [0.5, 0.1, 0.1].forEach((value, run) => view.apply({ type: 'figure', run, name: 'forgetting', figure: { value, unit: 'nats/token', kind: 'measured', spread: null } }));
    const words = await loadWords(language, lab.text);
    const happened = () => JSON.stringify(forgetting.explain[language](new Facts(view, words, forgetting))!.happened);
    expect(happened()).toContain({ en: 'Full fine-tuning forgot most; LoRA and IA³ least, too close to tell apart', zh: '忘得最多的是：全参数微调；最少的是：LoRA、IA³，难分高下' }[language]);
    const fell = { en: 'lowered', zh: '下降' }[language];
    const times = (): number => happened().split(fell).length;
    const before = times();
    view.apply({ type: 'figure', run: 2, name: 'forgetting', figure: { value: -0.1, unit: 'nats/token', kind: 'measured', spread: null } });
    expect(times()).toBe(before + 1);
  });
});

describe('where the memory goes', () => {
  test('a batch in parts has the activations of a part, and the bytes of each token stay the same', () => {
    const [micro] = memory.variations.filter(({ id }) => id === 'micro');
    const spec = { ...lessonSpec(memory, 'en'), runs: [runOf(micro!, 'en')] };
    const { batch_size, micro_batches } = resolve(spec, 0).training;
    expect(batch_size / micro_batches).toBe(spec.base.training.batch_size);
  });

  test('the outcome is the large batch’s share of what full fine-tuning held with the small one', () => {
    const view = finished(lessonSpec(memory, 'en'), 'alike');
    const peak = (run: number): number => view.runs[run]!.memory['total']!.peak_bytes;
    expect((memory.predict.outcome(view) as Outcome).value).toBeCloseTo((100 * peak(3)) / peak(0));
  });
});
