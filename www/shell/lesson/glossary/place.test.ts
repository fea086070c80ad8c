import { expect, test } from 'vitest';
import { placeCard } from './place';

const card = { width: 300, height: 120 };
const screen = { width: 390, height: 844 };

test('a card stands below its term', () => {
  expect(placeCard({ left: 20, top: 100, width: 50, height: 20 }, card, screen)).toEqual({ left: 20, top: 124 });
});

test('near the right edge it is moved to the left, as far as the window goes', () => {
  expect(placeCard({ left: 350, top: 100, width: 30, height: 20 }, card, screen).left).toBe(390 - 8 - 300);
  expect(placeCard({ left: 350, top: 100, width: 30, height: 20 }, { width: 400, height: 120 }, screen).left).toBe(8);
});

test('near the lower edge it stands above', () => {
  expect(placeCard({ left: 20, top: 800, width: 50, height: 20 }, card, screen).top).toBe(800 - 4 - 120);
});

test('where there is no room on either side, it is on the larger one, from the upper edge on', () => {
  const low = { width: 390, height: 150 };
  expect(placeCard({ left: 20, top: 20, width: 50, height: 20 }, card, low).top).toBe(44);
  expect(placeCard({ left: 20, top: 100, width: 50, height: 20 }, card, low).top).toBe(8);
});
