/** What the benchmark's page says, in one language. */
import { createContext } from '@lit/context';
import { KIT_EN, KIT_ZH, type KitText } from '../../kit/text/text';
import { FRAME_TEXT, type FrameText } from '../../pages/text';
import { Formats } from '../../shell/text/format';
import type { Language } from '../../shell/text/language';
import { en } from './en';
import type { BenchText } from './type';
import { zh } from './zh';

export interface BenchWords {
  bench: BenchText;
  frame: FrameText;
  kit: KitText;
  format: Formats;
}

const words = (language: Language, bench: BenchText, kit: KitText): BenchWords => {
  const frame = FRAME_TEXT[language];
  return { bench, frame, kit, format: new Formats(frame.languageTag, bench.formatWords) };
};

export const BENCH_WORDS: Record<Language, BenchWords> = { zh: words('zh', zh, KIT_ZH), en: words('en', en, KIT_EN) };

/** The words of the page that an element is in. */
export const benchWords = createContext<BenchWords>(Symbol('tinyai-bench-words'));
