import { expect, test } from 'vitest';
import { GROUPS } from '../../tests/bench/groups.mjs';
import { report } from './report';
import { Frames, Query, started } from './testing';

const SHORT = '?groups=train&threads=1&rounds=3';

test('all rows are measured, on each number of threads, and nothing stays open', async () => {
  const frames = new Frames();
  const bench = await started(frames, new Query('?groups=gemm,train&threads=1,4&rounds=1'));
  expect(bench.variant).toBe('threads-relaxed');
  expect(bench.counts).toEqual([1, 2, 4]);
  await bench.run();
  expect(bench.phase).toBe('finished');
  expect(bench.progress).toBe(1);
  expect(bench.results).toHaveLength(2 * (GROUPS.gemm!.length + GROUPS.train!.length));
  expect([bench.peak(1), bench.peak(4)]).toEqual([100, 400]);
  expect([...frames.open]).toEqual([]);
});

test('the first build that loads is measured, with the threads that it has', async () => {
  const frames = new Frames();
  for (const mode of ['threads-relaxed', 'threads-simd128']) frames.refusing.set(mode, new Error('blocked'));
  const bench = await started(frames, new Query('?groups=train&threads=1,2'));
  expect([bench.variant, bench.counts, bench.choice.threads]).toEqual(['single-relaxed', [1], [1]]);
  expect([...frames.open]).toEqual([]);
});

test('where no build loads there is nothing to run, and the reason of each is told', async () => {
  const frames = new Frames();
  frames.refusing.set('ours', new Error('blocked'));
  const bench = await started(frames, new Query(SHORT), { probe: async () => ({ simd: true, relaxedSimd: false, threads: false }) });
  expect([bench.variant, bench.ready, bench.problem]).toEqual([undefined, false, 'single-simd128: blocked']);
});

test('a browser that cannot even be asked is a problem, too', async () => {
  const bench = await started(new Frames(), new Query(SHORT), { probe: () => Promise.reject(new Error('out of order')) });
  expect([bench.variant, bench.problem]).toEqual([undefined, 'out of order']);
});

test('a run that is stopped keeps what it measured, leaves nothing open, and can be run again', async () => {
  const frames = new Frames();
  const bench = await started(frames, new Query(SHORT));
  let calls = 0;
  frames.before = async () => {
    if (++calls === 3) bench.stop();
  };
  await bench.run();
  expect([bench.phase, bench.results.length, bench.busy]).toEqual(['stopped', 1, false]);
  expect([...frames.open]).toEqual([]);
  await bench.run();
  expect([bench.phase, bench.results.length]).toEqual(['finished', GROUPS.train!.length]);
});

test('a benchmark that is disposed of measures no further', async () => {
  const frames = new Frames();
  const bench = await started(frames, new Query(SHORT));
  frames.before = async () => bench.dispose();
  await bench.run();
  expect([bench.phase, bench.results]).toEqual(['stopped', []]);
  expect([...frames.open]).toEqual([]);
});

test('a peer that cannot be opened tells why at each of its rows; the others go on', async () => {
  const frames = new Frames();
  frames.refusing.set('tfjs', new Error('did not load'));
  const bench = await started(frames, new Query(`${SHORT}&peers=1`), { machine: { peerBytes: 1 } });
  await bench.run();
  expect(bench.phase).toBe('finished');
  for (const { failures, row } of bench.rows) expect(failures.get('tfjs')).toBe(row.peers.includes('tfjs') ? 'did not load' : undefined);
  expect(bench.results).toHaveLength(GROUPS.train!.length);
});

test('peers that are not on this site take no part, whatever the address says', async () => {
  const bench = await started(new Frames(), new Query(`${SHORT}&peers=1`));
  expect(bench.choice.peers).toBe(false);
});

test('what the address asks for in vain is told until something is chosen', async () => {
  const bench = await started(new Frames(), new Query('?groups=train&threads=1,16'));
  expect(bench.refused).toEqual([{ name: 'threads', values: ['16'], accepted: ['1', '2', '4'] }]);
  bench.choose({ rounds: 1 });
  expect(bench.refused).toEqual([]);
});

test('what is chosen stands in the address', async () => {
  const query = new Query(SHORT);
  const bench = await started(new Frames(), query);
  bench.choose({ groups: ['gemm', 'decode'], threads: [1, 4] });
  expect(query.text).toBe('?groups=gemm,decode&threads=1,4&rounds=3');
});

test('the report has the shape of the command line', async () => {
  const bench = await started(new Frames(), new Query(SHORT));
  await bench.run();
  const { environment, peak, rows } = JSON.parse(report(bench)) as { environment: object; peak: object; rows: object[] };
  expect(environment).toMatchObject({ cpu: null, cores: 4, browser: 'Chrome 140', rounds: 3, load_average: null });
  expect(peak).toEqual({ 1: 100 });
  expect(rows.map((row) => (row as { op: string }).op)).toEqual(GROUPS.train!.map(({ op }) => op));
});
