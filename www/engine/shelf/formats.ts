/** Formats of fewer bytes that a shelf can round its base to, as `fine_tuning.quantization` calls them. */
import type { Quantization } from '../../types/generated/Quantization';

export type RoundingFormat = Exclude<Quantization, 'none'>;
