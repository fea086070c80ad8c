export function median(values: number[]): number;
