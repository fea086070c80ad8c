/** How colours look: contrast, and difference to eyes of several kinds. For tests of palettes. */

/** Red, green and blue, linear, from 0 to 1. */
type Light = readonly [number, number, number];

/** Kinds of eyes, with what they make of linear red, green and blue: Machado, Oliveira and Fernandes 2009, severity 1. */
export const EYES = {
  'with all cones': [1, 0, 0, 0, 1, 0, 0, 0, 1],
  'without red cones': [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  'without green cones': [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  'without blue cones': [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;

export type Eyes = keyof typeof EYES;

/** Contrast of two colours `#rrggbb`, from 1 to 21, as WCAG 2 defines it. */
export function contrast(one: string, other: string): number {
  const [dark, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (bright + 0.05) / (dark + 0.05);
}

/** Distance of two colours `#rrggbb` in OKLab: 0.02 is just seen side by side, 1 is from black to white. */
export function difference(one: string, other: string, eyes: Eyes): number {
  const [a, b] = [oklab(seen(linear(one), eyes)), oklab(seen(linear(other), eyes))];
  return Math.hypot(...a.map((value, axis) => value - b[axis]!));
}

function linear(colour: string): Light {
  const channel = (at: number): number => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function luminance(colour: string): number {
  const [red, green, blue] = linear(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function seen(light: Light, eyes: Eyes): Light {
  const matrix = EYES[eyes];
  const row = (first: number): number => Math.min(1, Math.max(0, matrix[first]! * light[0] + matrix[first + 1]! * light[1] + matrix[first + 2]! * light[2]));
  return [row(0), row(3), row(6)];
}

/** Ottosson 2020. */
function oklab([red, green, blue]: Light): [number, number, number] {
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const medium = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
  ];
}
