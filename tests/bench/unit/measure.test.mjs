import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GROUPS } from '../groups.mjs';
import { measure, peakOf, rotated, told } from '../measure.mjs';

const [ROW] = GROUPS.gemm;

/** A library whose calls take that long by form; what is asked of it is noted. */
function library(name, answers, notes = []) {
  let round = 0;
  const handle = {
    library: name,
    prepare: async () => ({ error: 0 }),
    measure: async () => {
      notes.push(name);
      const answer = answers[Math.min(round++, answers.length - 1)];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    close: async () => void notes.push(`${name} closed`),
  };
  return name === 'ours' ? { ...handle, peak: async () => 100 } : handle;
}

const work = (handles, options) => measure('gemm', ROW, 1, handles, { rounds: 3, ms: 1, ...options });
const row = async (...handles) => told('gemm', ROW, 1, 'threads-relaxed', await work(handles));

test('the libraries take turns in being the first', async () => {
  assert.deepEqual(rotated(['a', 'b', 'c'], 0), ['a', 'b', 'c']);
  assert.deepEqual(rotated(['a', 'b', 'c'], 4), ['b', 'c', 'a']);
  const notes = [];
  await work(['ours', 'tfjs', 'ort'].map((name) => library(name, [{ plain: 1 }], notes)));
  assert.deepEqual(notes.slice(0, 9), ['ours', 'tfjs', 'ort', 'tfjs', 'ort', 'ours', 'ort', 'ours', 'tfjs']);
});

test('a row tells the median of the rounds, the best form of each peer, and the share of the peak', async () => {
  const gflop = ROW.flop / 1e6;
  const result = await row(library('ours', [{ ours: 1 }, { ours: 4 }, { ours: 2 }]), library('tfjs', [{ plain: 4, fresh_b: 8 }]));
  assert.equal(result.ours, Number((gflop / 2).toPrecision(4)));
  assert.deepEqual(result.spread, [gflop / 4, gflop].map((value) => Number(value.toPrecision(4))));
  assert.deepEqual(result.peers, { tfjs: Number((gflop / 4).toPrecision(4)) });
  assert.equal(result.fraction_of_peak, Number((gflop / 2 / 100).toPrecision(4)));
  assert.deepEqual(Object.keys(result.peer_forms), ['tfjs plain', 'tfjs fresh_b']);
  assert.ok(!('fraction_of_peak_causal' in result));
});

test('a form that is not there in every round does not count', async () => {
  const result = await row(library('ours', [{ ours: 1 }]), library('tfjs', [{ plain: 4 }, { plain: 4, fresh_b: 1e-3 }, { plain: 4 }]));
  assert.deepEqual(Object.keys(result.peer_forms), ['tfjs plain']);
});

test('a library that fails is left out from then on, and its reason kept', async () => {
  const notes = [];
  const failing = library('tfjs', [{ plain: 1 }, new Error('no more\nof this')], notes);
  const measured = await work([library('ours', [{ ours: 1 }]), failing]);
  assert.deepEqual([...measured.failures], [[failing, 'no more']]);
  assert.deepEqual(notes, ['tfjs', 'tfjs']);
  assert.deepEqual(measured.times.get('tfjs plain'), [1]);
});

test('whoever throws something that is no error is told, too', async () => {
  const failing = { ...library('tfjs', []), prepare: () => Promise.reject('out of order') };
  const { failures } = await work([library('ours', [{ ours: 1 }]), failing]);
  assert.equal(failures.get(failing), 'out of order');
});

test('aborted, it ends with the reason and blames no library', async () => {
  const ending = new AbortController();
  const hanging = { ...library('tfjs', []), measure: () => new Promise((_, reject) => ending.signal.addEventListener('abort', () => reject(new Error('gone')))) };
  const running = work([library('ours', [{ ours: 1 }]), hanging], { signal: ending.signal });
  setTimeout(() => ending.abort(new Error('enough')));
  await assert.rejects(running, /enough/);
});

test('the share of a training step is told by both ways to count', async () => {
  const shares = GROUPS.train.map((step) => {
    const measured = { times: new Map([['ours', [10]]]), roofs: [100], prepared: new Map() };
    const result = told('train', step, 1, 'threads-relaxed', measured);
    return result.fraction_of_peak / result.fraction_of_peak_causal;
  });
  assert.deepEqual(shares.map((ratio) => ratio.toFixed(3)), ['1.074', '1.039']);
});

test('the peak is that of the rows that multiply and add, by threads', () => {
  const rows = [
    { group: 'gemm', op: 'ab', threads: 1, peak: 10 },
    { group: 'gemm', op: 'abt', threads: 1, peak: 12 },
    { group: 'gemm', op: 'ab', threads: 2, peak: 20 },
    { group: 'gemm-int8', op: 'int8', threads: 1, peak: 99 },
  ];
  assert.equal(peakOf(rows, 1), 11);
  assert.equal(peakOf(rows, 2), 20);
  assert.ok(Number.isNaN(peakOf(rows, 4)));
});
