/** The words of the command line, checked: `node options.mjs ARGUMENTS…` only says what is wrong with them. */
import os from 'node:os';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { GROUPS } from './groups.mjs';

/** The engine's builds, best first, as `www/engine/variant-list.ts` has them. */
export const BUILDS = ['threads-relaxed', 'threads-simd128', 'single-relaxed', 'single-simd128'];

/** The most rounds, and milliseconds of a measurement: an hour's work and more. */
const MOST_ROUNDS = 1000;
const MOST_MS = 60_000;

/** Every group: those that peers take part in, and that of parallel training. */
export const NAMES = [...Object.keys(GROUPS), 'parallel'];

/** Something that a person has to write otherwise. */
export class OptionError extends Error {}

/** A whole number of a range. */
function whole(option, text, most) {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new OptionError(`${option} is "${text}"; it has to be a whole number from 1 to ${most}`);
}

function oneOf(what, names, given) {
  const unknown = given.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new OptionError(`there is no ${what} "${unknown.join('", "')}"; it has to be one of ${names.join(', ')}`);
}

/** The numbers of threads; a build without threads has one. */
function threadsOf(text, cores, variant) {
  const most = variant.startsWith('threads') ? cores : 1;
  if (text === undefined) return [1, 2].filter((count) => count <= most);
  const why = most === cores ? `this machine has ${cores} core${cores > 1 ? 's' : ''}` : `the build ${variant} has no threads`;
  return [...new Set(text.split(','))].map((count) => {
    try {
      return whole('--threads', count, most);
    } catch (error) {
      throw new OptionError(`${error.message}, or a list of such, as in 1,2 (${why})`);
    }
  });
}

function parsed(args) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '5' },
        json: { type: 'string' },
        threads: { type: 'string' },
        variant: { type: 'string', default: BUILDS[0] },
        ms: { type: 'string', default: '150' },
        'no-peers': { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new OptionError(error.message);
  }
}

/** What is asked for; an `OptionError` names the first value that will not do, and what would. */
export function optionsOf(args, cores = os.availableParallelism()) {
  const { values, positionals } = parsed(args);
  const names = positionals.length > 0 ? [...new Set(positionals)] : NAMES;
  oneOf('group', NAMES, names);
  oneOf('variant', BUILDS, [values.variant]);
  if (values.json === '') throw new OptionError('--json is empty; it has to be the name of a file');
  return {
    names,
    rounds: whole('--rounds', values.rounds, MOST_ROUNDS),
    ms: whole('--ms', values.ms, MOST_MS),
    threads: threadsOf(values.threads, cores, values.variant),
    variant: values.variant,
    json: values.json,
    peers: !values['no-peers'],
  };
}

/** As {@link optionsOf}, and where they will not do the message and the end. */
export function optionsOrExit(args) {
  try {
    return optionsOf(args);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) optionsOrExit(process.argv.slice(2));
