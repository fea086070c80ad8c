/** Counts the modules that the scope which imports this compiles, by whatever call; the browser has no count of its own. */
let count = 0;

/** How many so far; probes of a few dozen bytes, which ask what the browser can do, are not counted. */
export const compiles = (): number => count;

const LARGEST_PROBE = 1000;
const isProbe = (source: unknown): boolean => ArrayBuffer.isView(source) && source.byteLength < LARGEST_PROBE;

const { compile, compileStreaming, instantiate, instantiateStreaming } = WebAssembly;

WebAssembly.compile = (source) => {
  if (!isProbe(source)) count++;
  return compile(source);
};
WebAssembly.compileStreaming = (source) => {
  count++;
  return compileStreaming(source);
};
WebAssembly.instantiateStreaming = (source, imports) => {
  count++;
  return instantiateStreaming(source, imports);
};
WebAssembly.instantiate = ((source: BufferSource | WebAssembly.Module, imports?: WebAssembly.Imports) => {
  if (!(source instanceof WebAssembly.Module) && !isProbe(source)) count++;
  return instantiate(source as WebAssembly.Module, imports);
}) as typeof WebAssembly.instantiate;
