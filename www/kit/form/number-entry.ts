/** What somebody types into a field of numbers, from the first key to the last. */
import { readNumber, writeNumber, type RefusedReading } from './read-number';
import type { ValueSchema } from './description';

/** What an entry tells its field. */
export interface EntryHost {
  schema(): ValueSchema;
  /** Whether what lies outside the schema's range is refused here, and not left to whoever checks the value. */
  bounded?: boolean;
  value(): number;
  emit(type: 'input' | 'change', value: number): void;
  /** What is typed, or whether it is refused, has changed. */
  changed(): void;
}

/** What is typed stands as it is until it is a number and the field is left; whatever is no number stays. */
export class NumberEntry {
  /** What stands in the input; null: the value. */
  typed: string | null = null;
  refusal: RefusedReading | null = null;
  /** Whether the field was left since: what might have gone on to be a number no longer does. */
  left = false;

  /** Values sent since the field last showed its own; one that comes back is not another's. */
  private readonly sent = new Set<number>();
  /** Sent last, and not heard of yet. */
  private awaited: number | null = null;
  private unsettled: number | null = null;

  constructor(private readonly host: EntryHost) {}

  get shown(): string {
    return this.typed ?? writeNumber(this.number);
  }

  /** What is wrong, once it is time to say so: not before somebody is done typing `1e-3`. */
  get told(): RefusedReading | null {
    const early = this.refusal?.refused === 'unfinished' || this.refusal?.refused === 'empty';
    return early && !this.left ? null : this.refusal;
  }

  /** Puts back what was typed in an earlier field of the same path. */
  restore(typed: string): void {
    this.typed = typed;
    this.left = true;
    this.refusal = this.read(typed).refusal;
  }

  type(typed: string): void {
    if (this.typed === null) this.sent.clear();
    this.typed = typed;
    this.left = false;
    const { value, refusal } = this.read(typed);
    this.refusal = refusal;
    if (value !== null) this.send(value);
    this.host.changed();
  }

  /** An arrow key goes one step of the schema; whether it did. What is no number has no next one. */
  arrow(sign: 1 | -1): boolean {
    const { 'x-step': by, minimum = -Infinity, maximum = Infinity } = this.host.schema();
    if (!by || this.refusal) return false;
    const next = Number((this.number + sign * by).toPrecision(12));
    this.typed = null;
    this.send(Math.min(maximum, Math.max(minimum, next)));
    this.host.changed();
    return true;
  }

  /** The arrow key is let go. */
  release(): void {
    this.settle();
  }

  /** The field is left, or Enter pressed. */
  leave(): void {
    const news = this.typed !== null && !(this.left && this.refusal);
    this.left = true;
    if (!this.refusal) {
      this.typed = null;
      this.settle();
    }
    if (news) this.host.changed();
  }

  /** The field has a description again; whether its value is another's, so that what is typed gives way. */
  received(value: number, before: number): boolean {
    this.awaited = null;
    if (value === before || this.sent.has(value)) return false;
    this.sent.clear();
    this.unsettled = null;
    const gaveWay = this.typed !== null;
    this.typed = null;
    this.refusal = null;
    return gaveWay;
  }

  /** The field is another's. */
  reset(): void {
    this.typed = null;
    this.refusal = null;
    this.awaited = null;
    this.unsettled = null;
    this.sent.clear();
  }

  private get number(): number {
    return this.awaited ?? this.host.value();
  }

  private read(typed: string): { value: number | null; refusal: RefusedReading | null } {
    const { type, minimum = -Infinity, maximum = Infinity } = this.host.schema();
    const reading = readNumber(typed, { whole: type === 'integer' });
    if (!('value' in reading)) return { value: null, refusal: reading };
    const { value } = reading;
    if (this.host.bounded && (value < minimum || value > maximum)) return { value: null, refusal: { refused: 'outside', minimum, maximum } };
    return { value, refusal: null };
  }

  private send(value: number): void {
    if (value === this.number) return;
    this.sent.add(value);
    this.awaited = value;
    this.unsettled = value;
    this.host.emit('input', value);
  }

  private settle(): void {
    const value = this.unsettled;
    if (value === null) return;
    this.unsettled = null;
    this.host.emit('change', value);
  }
}
