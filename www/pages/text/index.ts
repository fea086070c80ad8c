import type { Language } from '../../shell/text/language';
import { en } from './en';
import type { FrameText } from './type';
import { zh } from './zh';

export type { FrameText } from './type';

/** Few enough to be there in both languages at once. */
export const FRAME_TEXT: Record<Language, FrameText> = { zh, en };
