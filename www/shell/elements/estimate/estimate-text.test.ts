import { expect, test } from 'vitest';
import { loadWords, type Words } from '../../text/words';
import type { LabText } from '../../text/lab-text';
import type { Language } from '../../text/language';
import { estimateText } from './estimate-text';

const lab = async (): Promise<LabText> => ({ name: 'lab', question: '?', lead: '', presets: {}, own: null });
const words = (language: Language): Promise<Words> => loadWords(language, { en: lab, zh: lab });

const run = (low: number, high: number, mebibytes: number, ranks = 1) => ({ seconds: [low, high] as [number, number], memory: { total: mebibytes * 2 ** 20 }, ranks, unknown_share: 0 });

test.each([
  ['en', [run(6, 9, 45.2), run(6, 9.1, 20.7)], ['full', 'lora'], 'about 12–18 s · 45 MiB at the peak (full), 21 MiB (lora)'],
  ['zh', [run(6, 9, 45.2), run(6, 9.1, 20.7)], ['full', 'lora'], '约 12–18 秒 · 峰值内存 45 MiB（full）、21 MiB（lora）'],
  ['en', [run(3.9, 6, 45.2), run(6, 9.1, 20.7)], ['full', 'lora'], 'about 10–15 s · 45 MiB at the peak (full), 21 MiB (lora)'],
  ['en', [run(6, 9, 45.2), run(6, 9.1, 20.7)], null, 'about 12–18 s · at most 45 MiB at the peak'],
  ['zh', [run(6, 9, 45.2), run(6, 9.1, 20.7, 2)], null, '约 12–18 秒 · 峰值内存最多 45 MiB（每个进程）'],
  ['en', [run(6, 9, 45.2)], null, 'about 6–9 s · 45 MiB at the peak'],
  ['en', [run(0.82, 1.24, 7.25)], ['one'], 'about 0.8–1.2 s · 7.3 MiB at the peak'],
  ['en', [run(72, 110, 7)], ['one'], 'about 1.2–1.8 min · 7 MiB at the peak'],
  ['en', [run(3, 4, 60), run(2, 5, 31, 2)], ['one rank', 'mesh'], 'about 5–9 s · 60 MiB at the peak (one rank), 31 MiB (mesh, each of 2 ranks)'],
  ['zh', [run(2, 5, 31, 2)], ['mesh'], '约 2–5 秒 · 峰值内存 31 MiB（每个进程）'],
  ['en', [4, 8, 16, 32].map((size) => run(10, 15, size)), ['1', '2', '3', '4'], 'about 40–60 s · 4–32 MiB at the peak'],
] as const)('%s: %j of %j', async (language, runs, names, expected) => {
  expect(estimateText(await words(language), { runs: [...runs] }, names)).toBe(expected);
});
