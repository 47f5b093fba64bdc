// The client scenarios of the official suite, with the gateway as the client: what an official client passes has to pass with a
// client of either era through the gateway, save what expected_client.json lists with a reason.
import assert from 'node:assert/strict';
import test from 'node:test';
import { compareClient, expected } from './client_scenarios.mjs';
import { clientPlans } from './plans.mjs';

const directOnly = process.env.GATEHOUSE_DIRECT === '1';
const lines = (title, items) => `${title}:\n${items.map((item) => `  ${JSON.stringify(item)}`).join('\n')}`;

test('every expected difference has a reason and belongs to a run', () => {
  for (const entry of expected) {
    assert.ok(entry.reason?.length > 20, `no reason: ${JSON.stringify(entry)}`);
    assert.ok(clientPlans.some((plan) => plan.revision === entry.revision && plan.scenario === entry.scenario), JSON.stringify(entry));
  }
});

test('client scenarios', { concurrency: 3 }, async (t) => {
  await Promise.all(clientPlans.map((plan) => t.test(`${plan.suite} ${plan.revision} ${plan.scenario}`, { timeout: 120_000 }, async () => {
    const { broken, through } = await compareClient(plan, { directOnly });
    assert.equal(broken.length, 0, lines('the official client itself fails', broken));
    for (const { client, unexpected, outdated } of through) {
      assert.equal(unexpected.length, 0, lines(`worse with the ${client} client`, unexpected));
      assert.equal(outdated.length, 0, lines(`passes now with the ${client} client, take it off expected_client.json`, outdated));
    }
  })));
});
