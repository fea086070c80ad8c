/** Learning rates as they are read: powers of ten among them. */
import type { Formats } from '../../../shell/text/format';

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A rate that was found: two digits. */
export const rateText = (rate: number, format: Pick<Formats, 'tiny'>): string => format.tiny(rate);

/** A rate that stands along an axis: powers of ten as such, others with a single digit before them. */
export function rateTick(rate: number): string {
  const [digit, power] = rate.toExponential(0).split('e') as [string, string];
  const exponent = [...String(Math.abs(Number(power)))].map((each) => SUPERSCRIPT[Number(each)]!).join('');
  const ten = `10${Number(power) < 0 ? '⁻' : ''}${exponent}`;
  return digit === '1' ? ten : `${digit} × ${ten}`;
}
