/**
 * What a worker can be asked, as an interface of methods that both sides share:
 *
 * ```ts
 * interface EngineMethods {
 *   check(spec: unknown): Problem[];
 *   run(job: { spec: Spec }, progress: Report<Event[]>): ExperimentResult;
 *   close(): void;
 * }
 * interface EngineEvents { beat: { milliseconds: number } }
 * ```
 *
 * A method takes one argument, or none, and everything it takes and gives has to survive structured cloning. A second
 * parameter of type {@link Report} says what the method tells while it works. On the wire every method is asynchronous.
 */

/** Type of a method's second parameter: it tells `P` while it works. */
export type Report<P> = (progress: P) => void;

type Method = (args: never, report: never) => unknown;

/** Constraint for an interface of methods. */
export type Methods<M> = { [K in keyof M]: Method };

type ParametersOf<F> = F extends (...parameters: infer P) => unknown ? P : never;

/** The argument of a method; undefined where it takes none. */
export type ArgsOf<F> = ParametersOf<F> extends [infer A, ...unknown[]] ? A : undefined;
/** What a method gives. */
export type ResultOf<F> = F extends (...parameters: never) => infer R ? Awaited<R> : never;
/** What a method tells while it works. */
export type ProgressOf<F> = ParametersOf<F> extends [unknown, Report<infer P>] ? P : never;

/** How a call is made. */
export interface CallOptions<P> {
  /** Aborting tells the worker, and rejects the call at once with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Buffers and ports in the argument that move to the worker instead of being copied. */
  transfer?: Transferable[];
  onProgress?: ((progress: P) => void) | undefined;
}

/** Argument and options of a call: a method without an argument may be called with none. */
export type CallParameters<F> =
  ArgsOf<F> extends undefined ? [args?: undefined, options?: CallOptions<ProgressOf<F>>] : [args: ArgsOf<F>, options?: CallOptions<ProgressOf<F>>];

/** What a handler gets beside the argument. */
export interface Call<P> {
  /** Aborted when the caller aborts or leaves; what the handler then gives or throws is heard by nobody. */
  readonly signal: AbortSignal;
  progress(value: P, transfer?: Transferable[]): void;
}

/** A result of which parts move to the caller instead of being copied. */
export class Moved<T> {
  constructor(
    readonly value: T,
    readonly transfer: Transferable[],
  ) {}
}

type Handler<F> = (args: ArgsOf<F>, call: Call<ProgressOf<F>>) => ResultOf<F> | Moved<ResultOf<F>> | Promise<ResultOf<F> | Moved<ResultOf<F>>>;

/** The worker's side of the methods. */
export type Handlers<M> = { [K in keyof M]: Handler<M[K]> };
