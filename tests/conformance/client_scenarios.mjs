// Runs one client scenario of the official suite: with an official client straight to the suite's server, and with the clients
// of both eras through a gateway. `node client_scenarios.mjs [SCENARIO]` prints what gets worse.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientPlans } from './plans.mjs';
import { failed, judge, runClientScenario, tally, worseThan } from './suite.mjs';

export const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'expected_client.json'), 'utf8'));
const CLIENT = join(import.meta.dirname, 'client.mjs');

/// {direct, broken, through: [{client, tally, unexpected, outdated}]}
export async function compareClient(plan, { directOnly = false } = {}) {
  const run = (...how) => runClientScenario(plan.suite, plan.revision, plan.scenario, [process.execPath, CLIENT, ...how]);
  const direct = await run('direct', plan.era);
  const report = { direct: tally(direct), broken: failed(direct), through: [] };
  if (directOnly || report.broken.length) return report;
  for (const client of ['legacy', 'modern']) {
    const through = await run('through', client);
    const entries = expected.filter((entry) => !entry.client || entry.client === client).filter(({ scenario }) => scenario === plan.scenario);
    report.through.push({ client, tally: tally(through), ...judge(worseThan(direct, through), entries, plan) });
  }
  return report;
}

if (process.argv[1] === import.meta.filename) {
  for (const plan of clientPlans.filter(({ scenario }) => !process.argv[2] || scenario === process.argv[2])) {
    console.log(JSON.stringify({ ...plan, ...await compareClient(plan) }, null, 1));
  }
}
