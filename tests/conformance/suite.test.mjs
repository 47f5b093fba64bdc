// The comparison of two runs of the conformance suite, on made-up results.
import assert from 'node:assert/strict';
import test from 'node:test';
import { judge, failed, worseThan } from './suite.mjs';

const run = (checks) => new Map([['ping', new Map(Object.entries(checks).map(([name, status]) => [name, { status, message: '' }]))]]);
const names = (differences) => differences.map(({ check, through }) => `${check} ${through}`);

test('equal runs have no difference', () => {
  assert.deepEqual(worseThan(run({ a: 'SUCCESS', b: 'WARNING' }), run({ a: 'SUCCESS', b: 'WARNING' })), []);
});

test('each step down is a difference, each step up is none', () => {
  const direct = run({ a: 'SUCCESS', b: 'SUCCESS', c: 'WARNING', d: 'SUCCESS', e: 'WARNING' });
  const through = run({ a: 'FAILURE', b: 'WARNING', c: 'FAILURE', d: 'SKIPPED', e: 'SUCCESS' });
  assert.deepEqual(names(worseThan(direct, through)), ['a FAILURE', 'b WARNING', 'c FAILURE', 'd SKIPPED']);
});

test('a check or scenario that is no longer reported is a difference', () => {
  assert.deepEqual(names(worseThan(run({ a: 'SUCCESS' }), run({}))), ['a missing']);
  assert.deepEqual(names(worseThan(run({ a: 'SUCCESS' }), new Map())), ['a missing']);
});

test('a note may go, but not turn into a failure', () => {
  assert.deepEqual(names(worseThan(run({ a: 'INFO', b: 'SKIPPED' }), run({ b: 'FAILURE' }))), ['b FAILURE']);
});

test('a failure under a new name is a difference', () => {
  assert.deepEqual(names(worseThan(run({}), run({ error: 'FAILURE', note: 'INFO' }))), ['error FAILURE']);
});

test('an expected difference is allowed, and is news when it is gone', () => {
  const expected = [
    { revision: '2025-11-25', scenario: 'ping', check: 'a', reason: 'a known gap' },
    { revision: '2025-11-25', scenario: 'ping', check: 'b', suites: ['other'], reason: 'only in another suite' },
    { revision: '2025-11-25', scenario: 'ping', check: 'b', era: 'modern', reason: 'only with a server of another era' }
  ];
  const plan = { suite: 'stable', revision: '2025-11-25', era: 'legacy' };
  const differences = worseThan(run({ a: 'SUCCESS' }), run({ a: 'FAILURE' }));
  assert.deepEqual(judge(differences, expected, plan), { unexpected: [], outdated: [] });
  assert.equal(judge([], expected, plan).outdated.length, 1);
  assert.equal(judge(differences, expected, { ...plan, revision: '2025-06-18' }).unexpected.length, 1);
});

test('a failure of the backend itself is reported', () => {
  assert.deepEqual(failed(run({ a: 'SUCCESS', b: 'WARNING', c: 'FAILURE', d: 'INFO' })).map(({ check }) => check), ['c']);
});
