/** The kit's own words, in English and Chinese: a page hands over those of its language. */
import { createContext } from '@lit/context';

/** Words that the kit's components say by themselves; labels, help and messages come from whoever uses them. */
export interface KitText {
  /** For number formats and `lang` attributes. */
  languageTag: string;
  /** Below a table that is wider than its place: on to its next columns, and back to the first. */
  table: { more: string; back: string };
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
    /** Of buttons that choose some. */
    choose: string;
    chooseFolder: string;
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
  figure: {
    /** Of the button that opens the menu of a figure. */
    menu(heading: string): string;
    svg: string;
    csv: string;
    alone: string;
    embed: string;
  };
  chart: ChartText;
}

/** What a chart says of what it shows. `value` is a number with the name of its series, `place` such as "step 12". */
export interface ChartText {
  /** Before the values of all curves, while no place is pointed at. */
  last: string;
  point(curve: string): string;
  keys: string;
  nothingYet(curve: string): string;
  ended(curve: string, values: string[], place: string): string;
  began(value: string, place: string): string;
  lowest(value: string, place: string): string;
  lowestOfAll(curve: string, value: string, place: string): string;
  /** Between two sentences. */
  between: string;
  table: string;
  /** What was drawn by hand. */
  pencil: string;
  pencilPoint: string;
  pencilKeys: string;
  notDrawn: string;
  scatter: ScatterText;
  heatMap: {
    /** Of all cells the one furthest from nought. */
    strongest(cells: number, row: string, column: string, value: string): string;
  };
}

/** What a chart of points says of what it shows. */
export interface ScatterText {
  /** Of what keys move. */
  point: string;
  keys: string;
  /** What the line between points is. */
  front: string;
  frontOf(names: string[]): string;
  onFront: string;
  behind: string;
  /** That less is better along both axes. */
  better: string;
  /** Of what was measured several times. */
  range(low: string, high: string): string;
  yes: string;
  no: string;
}

export const KIT_EN: KitText = {
  languageTag: 'en',
  table: { more: 'More columns →', back: '← First columns' },
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
    choose: 'Choose files…',
    chooseFolder: 'Choose a folder…',
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
  figure: {
    menu: (heading) => `More of “${heading}”`,
    svg: 'Save as SVG',
    csv: 'Save values as CSV',
    alone: 'Enlarge',
    embed: 'Embed…',
  },
  chart: {
    last: 'last',
    point: (curve) => `Point on the curve of ${curve}`,
    keys: '← → along the curve, ↑ ↓ to another run',
    nothingYet: (curve) => `${curve}: nothing yet.`,
    ended: (curve, values, place) => `${curve}: ${values.join(', ')} at its end, ${place}.`,
    began: (value, place) => `It began with ${value} at ${place}.`,
    lowest: (value, place) => `Lowest: ${value} at ${place}.`,
    lowestOfAll: (curve, value, place) => `Lowest of all: ${curve}, ${value} at ${place}.`,
    between: ' ',
    table: 'Values as a table',
    pencil: 'your prediction',
    pencilPoint: 'Point of your prediction',
    pencilKeys: '← → choose the place, ↑ ↓ change the height, Delete removes the point',
    notDrawn: 'not drawn yet',
    scatter: {
      point: 'Point of the chart',
      keys: '← → to the next point across, ↑ ↓ to the next one up or down',
      front: 'Pareto front: nothing else is better in both',
      frontOf: (names) => `On the Pareto front: ${new Intl.ListFormat('en').format(names)}.`,
      onFront: 'on the Pareto front',
      behind: 'not on the Pareto front',
      better: 'Less is better along both axes.',
      range: (low, high) => `${low} to ${high}`,
      yes: 'yes',
      no: 'no',
    },
    heatMap: { strongest: (cells, row, column, value) => `${cells === 1 ? '1 value' : `${cells} values`}; the strongest is ${value}, at ${row}, ${column}.` },
  },
};

export const KIT_ZH: KitText = {
  languageTag: 'zh-CN',
  table: { more: '更多列 →', back: '← 回到前几列' },
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
    choose: '选择文件…',
    chooseFolder: '选择文件夹…',
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
  figure: {
    menu: (heading) => `“${heading}”的更多操作`,
    svg: '保存为 SVG',
    csv: '将数值保存为 CSV',
    alone: '放大查看',
    embed: '嵌入…',
  },
  chart: {
    last: '最新',
    point: (curve) => `“${curve}”曲线上的点`,
    keys: '← → 沿曲线移动，↑ ↓ 换到另一次运行',
    nothingYet: (curve) => `${curve}：尚无数据。`,
    ended: (curve, values, place) => `${curve}：终点（${place}）${values.join('，')}。`,
    began: (value, place) => `起点（${place}）${value}。`,
    lowest: (value, place) => `最低：${value}（${place}）。`,
    lowestOfAll: (curve, value, place) => `其中最低的是“${curve}”：${value}（${place}）。`,
    between: '',
    table: '数值表',
    pencil: '你的预测',
    pencilPoint: '你的预测曲线上的点',
    pencilKeys: '← → 选择位置，↑ ↓ 改变高度，Delete 删除该点',
    notDrawn: '尚未画出',
    scatter: {
      point: '图中的点',
      keys: '← → 横向移到下一点，↑ ↓ 纵向移到下一点',
      front: '帕累托前沿：没有别的点两项都更好',
      frontOf: (names) => `在帕累托前沿上：${names.join('、')}。`,
      onFront: '在帕累托前沿上',
      behind: '不在帕累托前沿上',
      better: '两个轴都是越小越好。',
      range: (low, high) => `${low} 至 ${high}`,
      yes: '是',
      no: '否',
    },
    heatMap: { strongest: (cells, row, column, value) => `共 ${cells} 个数值，绝对值最大的是 ${value}（${row}，${column}）。` },
  },
};

/** The language of the components below a provider; English where there is none. */
export const kitText = createContext<KitText>(Symbol('tinyai-kit-text'));
