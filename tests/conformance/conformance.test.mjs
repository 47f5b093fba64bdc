// The official conformance suite, first straight against a backend that passes it, then through an unprefixed endpoint
// of the gateway, in front of the same backend and in front of one of the other era: nothing may get worse, save what
// expected.json lists with a reason.
// GATEHOUSE_DIRECT=1 checks the backends alone.
import assert from 'node:assert/strict';
import test from 'node:test';
import { plans } from './plans.mjs';
import { compare, expected } from './run.mjs';

const directOnly = process.env.GATEHOUSE_DIRECT === '1';
const lines = (title, items) => `${title}:\n${items.map((item) => `  ${JSON.stringify(item)}`).join('\n')}`;

test('every expected difference has a reason and belongs to a run', () => {
  for (const entry of expected) {
    assert.ok(entry.reason?.length > 20, `no reason: ${JSON.stringify(entry)}`);
    assert.ok(plans.some((plan) => plan.revision === entry.revision), `no run: ${JSON.stringify(entry)}`);
  }
});

test('server scenarios', { concurrency: 3 }, (t) => Promise.all(plans.map((plan) =>
  t.test(`${plan.suite} ${plan.revision}, ${plan.era} server`, { timeout: 320_000 }, async (one) => {
    const { direct, through, broken, unexpected, outdated, log } = await compare(plan, { directOnly });
    one.diagnostic(`direct: ${direct}`);
    one.diagnostic(`through the gateway: ${through}`);
    assert.equal(broken.length, 0, lines('the backend itself fails', broken));
    assert.equal(unexpected.length, 0, `${lines('worse than direct', unexpected)}\n${log}`);
    assert.equal(outdated.length, 0, lines('passes now, take it off expected.json', outdated));
  }))));
