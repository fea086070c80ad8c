import { describe, expect, test } from 'vitest';
import { contrast, difference, EYES, type Eyes } from './colour-vision';
import { ACTIVITY, MEMORY, ON_ACTIVITY, PENCIL, STROKES, TINTS, WAITING, type Palette } from './palette';
import { COLOURS } from './tokens.css';

const THEMES = [['light', 0], ['dark', 1]] as const;
const GROUNDS = [COLOURS.paper, COLOURS.pane, COLOURS.raised];

/** Names of two colours each, with the colours. */
const pairs = (palette: Palette, theme: 0 | 1): [string, string, string][] =>
  Object.entries(palette).flatMap(([name, colour], i, all) =>
    all.slice(i + 1).map(([other, second]): [string, string, string] => [`${name}, ${other}`, colour[theme], second[theme]]),
  );

test('contrast and difference are those of the standards', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  expect(difference('#000000', '#ffffff', 'with all cones')).toBeCloseTo(1);
  // Red and green of one brightness: far apart, but not to those without green cones.
  expect(difference('#b04a4a', '#5a7a2a', 'with all cones')).toBeGreaterThan(2 * difference('#b04a4a', '#5a7a2a', 'without green cones'));
});

describe.each(THEMES)('in %s', (_, theme) => {
  test.each(Object.entries({ ...ACTIVITY, ...MEMORY, ...PENCIL, 'waiting-stroke': WAITING['waiting-stroke'] }))('%s is seen on paper', (_, colour) => {
    for (const ground of GROUNDS) expect(contrast(colour[theme], ground[theme])).toBeGreaterThanOrEqual(3);
  });

  test.each(Object.keys(EYES) as Eyes[])('to eyes %s no two meanings look alike', (eyes) => {
    const alike = [ACTIVITY, MEMORY].flatMap((palette) => pairs(palette, theme).filter(([, one, other]) => difference(one, other, eyes) < 0.07));
    expect(alike.map(([names]) => names)).toEqual([]);
  });

  test('text is read on every activity, and on every tint', () => {
    const on = ON_ACTIVITY as Palette;
    for (const [name, colour] of Object.entries(ACTIVITY)) expect(contrast(colour[theme], on[`on-${name}`]![theme]), name).toBeGreaterThanOrEqual(4.5);
    for (const [name, colour] of Object.entries(TINTS)) expect(contrast(colour[theme], COLOURS.ink[theme]), name).toBeGreaterThanOrEqual(7);
  });

  test('strokes are seen on what they are drawn on', () => {
    const grounds = { ...ACTIVITY, ...WAITING } as Palette;
    for (const [name, colour] of Object.entries({ ...STROKES, 'waiting-stroke': WAITING['waiting-stroke'] })) {
      expect(contrast(colour[theme], grounds[name.replace('-stroke', '')]![theme]), name).toBeGreaterThanOrEqual(1.5);
    }
  });

  test('what has the focus is told from what is wrong', () => {
    for (const ground of GROUNDS) expect(contrast(COLOURS.focus[theme], ground[theme])).toBeGreaterThanOrEqual(3);
    for (const eyes of Object.keys(EYES) as Eyes[]) expect(difference(COLOURS.focus[theme], COLOURS['seal-ink'][theme], eyes), eyes).toBeGreaterThanOrEqual(0.1);
  });

  test('the pencil can write, and is no run’s colour', () => {
    for (const ground of GROUNDS) expect(contrast(PENCIL.pencil[theme], ground[theme])).toBeGreaterThanOrEqual(4.5);
    for (const [name, colour] of Object.entries(COLOURS).filter(([name]) => name.startsWith('run-'))) {
      expect(difference(PENCIL.pencil[theme], colour[theme], 'with all cones'), name).toBeGreaterThanOrEqual(0.05);
    }
  });
});
