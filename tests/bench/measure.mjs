/**
 * The measuring itself, the same on the command line and on the site: rounds in which every library does the same work in turn.
 *
 * A library comes as a handle that is open on its threads: `{library, mode, prepare(row), measure(ms), close(), peak?(threads, loop)}`.
 * `measure` gives the milliseconds of one call by form. This engine's handle measures the roof, too, where there is one.
 * Every figure of the command line and of the site is one that `told` or `peakOf` gives.
 */
import { GROUPS, LIBRARIES } from './groups.mjs';
import { median } from './pages/timing.mjs';

/** Training steps are longer than the others' calls. */
const TRAIN_TIMES = 8;

/** The handles that take part in a row. */
export const taking = (row, handles) => handles.filter(({ library }) => library === 'ours' || row.peers.includes(library));

/** The peers of some groups. */
export const peersOf = (names) => [...new Set(names.flatMap((name) => GROUPS[name].flatMap((row) => row.peers)))];

/** How long one form of a library is measured in one round. */
export const millisecondsOf = (group, ms) => (['train', 'diverged'].includes(group) ? TRAIN_TIMES * ms : ms);

/** The items from that of a round's number on, then those before it: nobody always works on the machine that another has heated. */
export const rotated = (items, round) => items.map((_, i) => items[(i + round) % items.length]);

/** Does one thing on each handle in turn; one that cannot is left out, and its reason told. Aborted, nobody is to blame. */
async function each(handles, failures, signal, work) {
  for (const handle of handles) {
    if (failures.has(handle)) continue;
    signal?.throwIfAborted();
    await work(handle).catch((error) => {
      signal?.throwIfAborted();
      failures.set(handle, String(error?.message ?? error).split('\n')[0].slice(0, 200));
    });
  }
}

/**
 * One row: what every library took, in milliseconds by round, the roof by round, and why a library could not.
 * `after` is awaited after every round, with what is measured so far; aborting `signal` rejects with its reason.
 */
export async function measure(group, row, threads, handles, { rounds, ms, signal, after = () => undefined }) {
  const part = taking(row, handles);
  const ours = handles.find(({ library }) => library === 'ours');
  const measured = { times: new Map(), roofs: [], prepared: new Map(), failures: new Map() };
  const { times, roofs, prepared, failures } = measured;
  const description = { group: row.group ?? group, op: row.op, shape: row.shape, cfg: row.cfg };
  await each(part, failures, signal, async (handle) => void prepared.set(handle, await handle.prepare(description)));
  for (let round = 0; round < rounds; round++) {
    if (ours.peak) roofs.push(await ours.peak(threads, row.roof ?? 'peak'));
    await each(rotated(part, round), failures, signal, async (handle) => {
      for (const [form, time] of Object.entries(await handle.measure(millisecondsOf(group, ms)))) {
        const key = handle.library === 'ours' ? 'ours' : [handle.library, handle.mode, form].filter(Boolean).join(' ');
        if (!times.has(key)) times.set(key, []);
        times.get(key).push(time);
      }
    });
    await after(round, measured);
  }
  await each(part, failures, signal, async (handle) => handle.close());
  return measured;
}

/** Milliseconds to the row's unit. */
export const speed = (row, ms) => (row.tokens ? (row.tokens / ms) * 1e3 : row.flop / ms / 1e6);
const round = (value, digits = 3) => Number(value.toPrecision(digits + 1));

const libraryOf = (key) => key.split(' ')[0];

/** The peers' forms that took part in all rounds of their library: one that only now and then stands out from the noise does not count. */
function steadyForms(times) {
  const peers = [...times].filter(([key]) => key !== 'ours');
  const rounds = (library) => Math.max(...peers.flatMap(([key, list]) => (libraryOf(key) === library ? [list.length] : [])));
  return peers.filter(([key, list]) => list.length === rounds(libraryOf(key)));
}

/** A row of the result: the best form of each peer, and every form beside it. This engine's figures are NaN where it could not. */
export function told(group, row, threads, variant, { times, roofs, prepared }) {
  const mine = times.get('ours') ?? [NaN];
  const ours = median(mine.map((ms) => speed(row, ms)));
  const forms = Object.fromEntries(steadyForms(times).map(([key, list]) => [key, round(median(list.map((ms) => speed(row, ms))))]));
  const best = (library) => Math.max(...Object.entries(forms).flatMap(([key, value]) => (libraryOf(key) === library ? [value] : [])));
  const peers = Object.fromEntries(row.peers.map((library) => [LIBRARIES[library].name, best(library)]).filter(([, value]) => value > 0));
  const roof = median(roofs);
  const share = (flop) => round(flop / median(mine) / 1e6 / roof);
  const check = [...prepared].find(([{ library }]) => library === 'ours')?.[1] ?? {};
  return {
    group,
    op: row.op,
    shape: row.shape,
    threads,
    variant,
    unit: row.unit,
    ours: round(ours),
    spread: [Math.min, Math.max].map((of) => round(speed(row, of === Math.min ? Math.max(...mine) : Math.min(...mine)))),
    peers,
    fraction_of_peak: share(row.flop),
    ...(row.causalFlop && { fraction_of_peak_causal: share(row.causalFlop) }),
    peak: round(roof),
    peer_forms: forms,
    ...(check.error !== undefined && { error: check.error }),
    ...(check.losses && { losses: Object.fromEntries([...prepared].map(([{ library }, { losses }]) => [library, losses])) }),
    rounds: Object.fromEntries([...times].map(([key, list]) => [key, list.map((ms) => round(ms, 5))])),
  };
}

/** The multiply-add peak on a number of threads: of all rows whose roof it is. */
export const peakOf = (rows, threads) =>
  median(rows.filter((row) => row.threads === threads && !GROUPS[row.group].find(({ op }) => op === row.op)?.roof).map((row) => row.peak));
