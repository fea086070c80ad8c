/** The kit's own words, in English and Chinese: a page hands over those of its language. */
import { createContext } from '@lit/context';

/** Words that the kit's components say by themselves; labels, help and messages come from whoever uses them. */
export interface KitText {
  /** For number formats and `lang` attributes. */
  languageTag: string;
  form: {
    advanced: string;
    search: string;
    nothingFound(query: string): string;
    range(minimum: string, maximum: string): string;
    /** Why what was typed is no number; `typed` is what stands in the field. */
    empty: string;
    notANumber(typed: string): string;
    notWhole(typed: string): string;
    twoReadings(typed: string, one: string, other: string): string;
    notExact(typed: string): string;
    outside(typed: string, minimum: string, maximum: string): string;
  };
  files: {
    ownFile: string;
    ownFolder: string;
    reading(name: string): string;
    stop: string;
    /** Files that were refused are to be forgotten. */
    forget: string;
  };
  notice: {
    inRuns(names: string[]): string;
    dismiss: string;
  };
  stepper: { less(label: string): string; more(label: string): string };
  run: { run: string; again: string; pause: string; resume: string; step: string; stepHint: string; cancel: string; stop: string };
  copy: { copied: string; press(keys: string): string };
  dialog: { close: string };
}

export const KIT_EN: KitText = {
  languageTag: 'en',
  form: {
    advanced: 'More settings',
    search: 'Search the settings',
    nothingFound: (query) => `No setting matches “${query}”.`,
    range: (minimum, maximum) => `${minimum} – ${maximum}`,
    empty: 'A number is needed here.',
    notANumber: (typed) => `“${typed}” is not a number.`,
    notWhole: (typed) => `“${typed}” is not a whole number.`,
    twoReadings: (typed, one, other) => `“${typed}” can be read as ${one} or as ${other}: write the one you mean.`,
    notExact: (typed) => `“${typed}” has more digits than can be kept: use at most 9007199254740991.`,
    outside: (typed, minimum, maximum) => `“${typed}” is not from ${minimum} to ${maximum}.`,
  },
  files: {
    ownFile: 'Your own file…',
    ownFolder: 'Your own folder…',
    reading: (name) => `Reading ${name}`,
    stop: 'Stop',
    forget: 'Go on without it',
  },
  notice: {
    inRuns: (names) => `in ${new Intl.ListFormat('en').format(names)}`,
    dismiss: 'Dismiss',
  },
  stepper: { less: (label) => `${label}: one less`, more: (label) => `${label}: one more` },
  run: { run: 'Run', again: 'Run again', pause: 'Pause', resume: 'Resume', step: 'Step', stepHint: 'One step, then pause', cancel: 'Cancel', stop: 'Stop' },
  copy: { copied: 'Copied', press: (keys) => `Press ${keys} to copy.` },
  dialog: { close: 'Close' },
};

export const KIT_ZH: KitText = {
  languageTag: 'zh-CN',
  form: {
    advanced: '更多设置',
    search: '搜索设置',
    nothingFound: (query) => `没有与“${query}”相符的设置。`,
    range: (minimum, maximum) => `${minimum} – ${maximum}`,
    empty: '这里需要一个数字。',
    notANumber: (typed) => `“${typed}”不是数字。`,
    notWhole: (typed) => `“${typed}”不是整数。`,
    twoReadings: (typed, one, other) => `“${typed}”可以读作 ${one}，也可以读作 ${other}：请写明是哪一个。`,
    notExact: (typed) => `“${typed}”位数太多，无法精确保存：最大为 9007199254740991。`,
    outside: (typed, minimum, maximum) => `“${typed}”不在 ${minimum} 到 ${maximum} 之间。`,
  },
  files: {
    ownFile: '自己的文件…',
    ownFolder: '自己的文件夹…',
    reading: (name) => `正在读取 ${name}`,
    stop: '停止',
    forget: '不用它，继续',
  },
  notice: {
    inRuns: (names) => `（${names.join('、')}）`,
    dismiss: '关闭',
  },
  stepper: { less: (label) => `${label}：减一`, more: (label) => `${label}：加一` },
  run: { run: '运行', again: '重新运行', pause: '暂停', resume: '继续', step: '单步', stepHint: '走一步，然后暂停', cancel: '取消', stop: '停止' },
  copy: { copied: '已复制', press: (keys) => `请按 ${keys} 复制。` },
  dialog: { close: '关闭' },
};

/** The language of the components below a provider; English where there is none. */
export const kitText = createContext<KitText>(Symbol('tinyai-kit-text'));
