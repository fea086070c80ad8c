import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BUILDS, NAMES, OptionError, optionsOf } from '../options.mjs';

const options = (line, cores = 4) => optionsOf(line.split(' ').filter(Boolean), cores);

/** The message that a line of arguments is refused with. */
function refusal(line, cores) {
  try {
    options(line, cores);
  } catch (error) {
    assert.ok(error instanceof OptionError, error.stack);
    return error.message;
  }
  return 'accepted';
}

test('nothing said, everything is measured on one and two threads', () => {
  const { names, json, ...rest } = options('');
  assert.deepEqual(names, NAMES);
  assert.equal(json, undefined);
  assert.deepEqual(rest, { rounds: 5, ms: 150, threads: [1, 2], variant: 'threads-relaxed', peers: true });
  assert.deepEqual(options('', 1).threads, [1]);
  assert.deepEqual(options('--variant single-simd128').threads, [1]);
});

test('what is said counts', () => {
  const { names, threads, rounds, json, peers } = options('train gemm train --threads=4,1,4 --rounds 3 --json a.json --no-peers');
  assert.deepEqual({ names, threads, rounds, json, peers }, { names: ['train', 'gemm'], threads: [4, 1], rounds: 3, json: 'a.json', peers: false });
});

test('every value that will not do is named, with what would', () => {
  const whole = (option, value, most) => `${option} is "${value}"; it has to be a whole number from 1 to ${most}`;
  for (const value of ['0', '-1', '2.5', 'x', '1e3', '1001', '0x10']) {
    assert.equal(refusal(`--rounds=${value}`), whole('--rounds', value, 1000));
  }
  assert.equal(refusal('--ms 0'), whole('--ms', '0', 60000));
  assert.equal(refusal('--ms=ten'), whole('--ms', 'ten', 60000));
  assert.equal(refusal('--threads 1,5'), `${whole('--threads', '5', 4)}, or a list of such, as in 1,2 (this machine has 4 cores)`);
  assert.equal(refusal('--threads 1,'), `${whole('--threads', '', 4)}, or a list of such, as in 1,2 (this machine has 4 cores)`);
  assert.equal(
    refusal('--threads 2 --variant single-relaxed'),
    `${whole('--threads', '2', 1)}, or a list of such, as in 1,2 (the build single-relaxed has no threads)`,
  );
  assert.equal(refusal('--variant fast'), `there is no variant "fast"; it has to be one of ${BUILDS.join(', ')}`);
  assert.equal(refusal('gemm gem train trian'), `there is no group "gem", "trian"; it has to be one of ${NAMES.join(', ')}`);
  assert.match(refusal('--json='), /--json is empty/);
  assert.match(refusal('--round 3'), /'--round'/);
});

test('the builds are those that the site knows', () => {
  const source = readFileSync(new URL('../../../www/engine/variant-list.ts', import.meta.url), 'utf8');
  const [, list] = source.match(/export const VARIANTS[^=]*= \[(.*?)\];/s);
  assert.deepEqual([...list.matchAll(/name: '([\w-]+)'/g)].map(([, name]) => name), BUILDS);
});
