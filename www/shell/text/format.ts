/** Numbers, sizes and times as a person reads them in a language. */

/** Units of time, in words. */
export interface TimeUnits {
  s: string;
  min: string;
}

export class Formats {
  private readonly known = new Map<string, Intl.NumberFormat>();
  private readonly dates: Intl.DateTimeFormat;

  constructor(
    private readonly languageTag: string,
    private readonly units: TimeUnits,
  ) {
    this.dates = new Intl.DateTimeFormat(languageTag, { dateStyle: 'medium', timeStyle: 'short' });
  }

  /** A moment, by its milliseconds since 1970: its day and time. */
  date = (moment: number): string => this.dates.format(moment);

  /** Whole numbers with separators. */
  count = (value: number): string => this.format(value, { maximumFractionDigits: 0 });

  /** A loss: three decimals. */
  loss = (value: number): string => this.format(value, { minimumFractionDigits: 3, maximumFractionDigits: 3 });

  /** Three significant digits, without exponents. */
  short = (value: number): string => (Math.abs(value) >= 1000 ? this.count(value) : this.format(value, { maximumSignificantDigits: 3 }));

  /** Always three significant digits, so that a column of them lines up; whole from a thousand on. */
  three = (value: number): string =>
    Math.abs(value) >= 1000 ? this.count(value) : this.format(value, { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });

  /** A share of one, as a whole percentage. */
  wholePercent = (share: number): string => this.format(share, { style: 'percent', maximumFractionDigits: 0 });

  /** A share of one, as a percentage. */
  percent = (share: number): string => this.format(share, { style: 'percent', maximumFractionDigits: share < 0.1 ? 2 : 0 });

  /** Bytes in MiB, the number alone. */
  mebibytes = (bytes: number): string => this.format(bytes / 2 ** 20, { maximumFractionDigits: bytes < 10 * 2 ** 20 ? 1 : 0 });

  /** A size with its unit. */
  size = (bytes: number): string => {
    if (bytes < 1024) return `${this.count(bytes)} B`;
    return bytes < 2 ** 20 ? `${this.count(bytes / 1024)} KiB` : `${this.mebibytes(bytes)} MiB`;
  };

  /** A duration; `1 min 20 s` from a minute on. */
  duration = (seconds: number): string => {
    const { s, min } = this.units;
    if (seconds < 9.95) return `${this.format(seconds, { maximumFractionDigits: 1 })} ${s}`;
    if (seconds < 60) return `${this.count(seconds)} ${s}`;
    return `${this.count(Math.floor(seconds / 60))} ${min} ${this.count(Math.floor(seconds % 60))} ${s}`;
  };

  /** Any number as it stands in a spec: as short as exact. */
  plain = (value: number): string => {
    const magnitude = Math.abs(value);
    return magnitude !== 0 && magnitude < 1e-5 ? value.toExponential() : String(value);
  };

  /** How many times another, to two decimals. */
  times = (value: number): string => this.format(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  /** How many times the baseline. */
  ratio = (value: number): string => `×${this.format(value, { maximumSignificantDigits: 3 })}`;

  /** Two significant digits, of what is very small with a power of ten. */
  tiny = (value: number): string =>
    value === 0 || Math.abs(value) >= 1e-3
      ? this.format(value, { maximumSignificantDigits: 2 })
      : value.toExponential(1).replace(/e-(\d+)/, (_, power: string) => ` × 10${superscript(`−${power}`)}`);

  /** A relative difference, as a percentage however small it is. */
  relative = (share: number): string =>
    share < 1e-4 ? `${(share * 100).toExponential(1).replace(/e-(\d+)/, (_, power: string) => ` × 10${superscript(`−${power}`)}`)} %` : this.percent(share);

  /** What rounds to nothing has no sign. */
  private format(value: number, options: Intl.NumberFormatOptions): string {
    const key = JSON.stringify(options);
    let format = this.known.get(key);
    if (!format) this.known.set(key, (format = new Intl.NumberFormat(this.languageTag, { signDisplay: 'negative', ...options })));
    return format.format(value);
  }
}

const superscript = (digits: string): string => digits.replace(/[−\d]/g, (digit) => (digit === '−' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]!));
