/** Numbers, sizes and times as a person reads them in a language. */

/** Units of time, in words, and what is said of two numbers that are equal. */
export interface FormatWords {
  s: string;
  min: string;
  same: string;
}

/** Ratios nearer to one than this are no difference. */
const NO_DIFFERENCE = 0.0005;

export class Formats {
  private readonly known = new Map<string, Intl.NumberFormat>();
  private readonly dates: Intl.DateTimeFormat;

  constructor(
    private readonly languageTag: string,
    private readonly words: FormatWords,
  ) {
    this.dates = new Intl.DateTimeFormat(languageTag, { dateStyle: 'medium', timeStyle: 'short' });
  }

  /** A moment, by its milliseconds since 1970: its day and time. */
  date = (moment: number): string => this.dates.format(moment);

  /** Whole numbers with separators: what is counted. */
  count = (value: number): string => this.format(value, { maximumFractionDigits: 0 });

  /** What is measured: three significant digits, so that a column of it lines up; whole from a thousand on. */
  three = (value: number): string =>
    value === 0 || Math.abs(value) >= 999.5 ? this.count(value) : this.format(value, { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });

  /** One decimal, for cells that stand under each other. */
  tenths = (value: number): string => this.format(value, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

  /** What is round, as the ticks of an axis are: at most three significant digits, none of them an idle zero. */
  short = (value: number): string => (Math.abs(value) >= 999.5 ? this.count(value) : this.format(value, { maximumSignificantDigits: 3 }));

  /** A loss: three decimals, since what tells runs apart is small beside it. */
  loss = (value: number): string => this.format(value, { minimumFractionDigits: 3, maximumFractionDigits: 3 });

  /** How far two losses are apart, as they are written: so that what stands beside them adds up. */
  lossGap = (a: number, b: number): string => this.loss(Math.abs(Math.round(1000 * a) - Math.round(1000 * b)) / 1000);

  /** A share of one that is measured, as a percentage of three significant digits. */
  percent = (share: number): string =>
    share === 0 || share === 1 ? this.wholePercent(share) : this.format(share, { style: 'percent', minimumSignificantDigits: 3, maximumSignificantDigits: 3 });

  /** How far something is, or a share that is chosen or only roughly known: a whole percentage. */
  wholePercent = (share: number): string => this.format(share, { style: 'percent', maximumFractionDigits: 0 });

  /** Bytes in MiB, the number alone, as it stands under others in one unit. */
  mebibytes = (bytes: number): string => this.three(bytes / 2 ** 20);

  /** A size with its unit. */
  size = (bytes: number): string => {
    if (bytes < 1024) return `${this.count(bytes)} B`;
    return bytes < 2 ** 20 ? `${this.three(bytes / 1024)} KiB` : `${this.mebibytes(bytes)} MiB`;
  };

  /** A time that was measured; `1 min 20 s` from a minute on. */
  duration = (seconds: number): string => (seconds < 59.95 ? `${this.three(seconds)} ${this.words.s}` : this.minutes(seconds));

  /** A time that is expected, in whole seconds: its digits change while one looks at them. */
  remaining = (seconds: number): string => (seconds < 59.5 ? `${this.count(seconds)} ${this.words.s}` : this.minutes(seconds));

  /** Between two times that are only roughly known, or the one that both are. */
  durations = (low: number, high: number): string => {
    const [length, unit] = high < 99.5 ? [1, this.words.s] : [60, this.words.min];
    const rounded = roughly(low / length, high / length).map((value) => this.format(value, { maximumSignificantDigits: 2 }));
    return `${[...new Set(rounded)].join('–')} ${unit}`;
  };

  /** Between two sizes that are only roughly known, or the one that both are. */
  sizes = (low: number, high = low): string => {
    const rounded = [low, high].map((bytes) => bytes / 2 ** 20).map((value) => this.format(value, { maximumFractionDigits: value < 9.95 ? 1 : 0 }));
    return `${[...new Set(rounded)].join('–')} MiB`;
  };

  /** Any number as it stands in a spec: as short as exact. */
  plain = (value: number): string => {
    const magnitude = Math.abs(value);
    return magnitude !== 0 && magnitude < 1e-5 ? value.toExponential() : String(value);
  };

  /** A number with two decimals that words stand around, as in "1.25 times". */
  times = (value: number): string => this.format(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  /**
   * A number beside a baseline, as people say it: "2.3×" or "1/43" of it where they are far apart, "+12%" or "−30%" where they are near, and
   * "the same". Two significant digits: the numbers themselves stand beside it.
   */
  ratio = (value: number): string => {
    if (Math.abs(value - 1) < NO_DIFFERENCE) return this.words.same;
    if (value >= 1.995) return `${this.two(value)}×`;
    if (value > 0 && value <= 0.105) return `1/${this.count(1 / value)}`;
    const percent = this.format(Math.abs(value - 1), { style: 'percent', maximumSignificantDigits: 2 });
    return `${value > 1 ? '+' : '−'}${percent}`;
  };

  /** What is very small: two significant digits, with a power of ten. */
  tiny = (value: number): string =>
    value === 0 || Math.abs(value) >= 1e-3
      ? this.format(value, { maximumSignificantDigits: 2 })
      : value.toExponential(1).replace(/e-(\d+)/, (_, power: string) => ` × 10${superscript(`−${power}`)}`);

  /** A relative difference, as a percentage however small it is. */
  relative = (share: number): string => (share < 1e-4 ? `${this.tiny(share * 100)}%` : this.percent(share));

  private two = (value: number): string => (value >= 99.5 ? this.count(value) : this.format(value, { minimumSignificantDigits: 2, maximumSignificantDigits: 2 }));

  private minutes(seconds: number): string {
    const whole = Math.round(seconds);
    return `${this.count(Math.floor(whole / 60))} ${this.words.min} ${whole % 60} ${this.words.s}`;
  }

  /** What rounds to nothing has no sign. */
  private format(value: number, options: Intl.NumberFormatOptions): string {
    const key = JSON.stringify(options);
    let format = this.known.get(key);
    if (!format) this.known.set(key, (format = new Intl.NumberFormat(this.languageTag, { signDisplay: 'negative', ...options })));
    // A minus is as wide as a plus.
    return format.format(value).replace('-', '−');
  }
}

/** The ends of a range, as round as it is wide: in tens, fives or ones of what its upper end counts in. */
function roughly(low: number, high: number): number[] {
  const tens = 10 ** Math.floor(Math.log10(Math.max(high, 0.1)));
  const unit = tens * (high / tens < 2 ? 0.1 : high / tens < 5 ? 0.5 : 1);
  return [low, high].map((value) => unit * Math.max(1, Math.round(value / unit)));
}

const superscript = (digits: string): string => digits.replace(/[−\d]/g, (digit) => (digit === '−' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]!));
