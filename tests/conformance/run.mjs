// Runs the official conformance suite straight against a backend and through the gateway in front of it, and prints what
// gets worse. Usage: node run.mjs [--direct] [--suite NAME] [--revision DATE]; exit code 1 when something is worse than
// expected.json allows. The tests in conformance.test.mjs call `compare` below.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Gateway } from '../interop/lib/gateway.mjs';
import { plans, startBackend, unprefixed } from './plans.mjs';
import { failed, judge, runSuite, tally, worseThan } from './suite.mjs';

export const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'expected.json'), 'utf8'));

/// Runs one plan: {direct, through, broken, unexpected, outdated, log}. `broken` are the failures of the backend itself; with
/// those, or with `directOnly`, the gateway is not started and the members about it are empty.
export async function compare({ suite, revision, backend }, { directOnly = false } = {}) {
  const server = await startBackend(backend);
  let gateway;
  try {
    const direct = await runSuite(suite, revision, server.url);
    const report = { direct: tally(direct), through: 'not run', broken: failed(direct), unexpected: [], outdated: [], log: '' };
    if (directOnly || report.broken.length) return report;
    gateway = await Gateway.serve(unprefixed(server.url));
    const through = await runSuite(suite, revision, gateway.url());
    await gateway.stop();
    return { ...report, through: tally(through), ...judge(worseThan(direct, through), expected, suite, revision), log: gateway.log() };
  } finally {
    gateway?.kill();
    server.stop();
  }
}

async function main() {
  const { values } = parseArgs({
    options: { direct: { type: 'boolean' }, suite: { type: 'string' }, revision: { type: 'string' } }
  });
  const chosen = plans.filter((plan) =>
    (!values.suite || plan.suite === values.suite) && (!values.revision || plan.revision === values.revision));
  let bad = 0;
  for (const plan of chosen) {
    const report = await compare(plan, { directOnly: values.direct });
    console.log(`${plan.suite} ${plan.revision}\n  direct:  ${report.direct}\n  through: ${report.through}`);
    for (const kind of ['broken', 'unexpected', 'outdated']) {
      for (const item of report[kind]) console.log(`  ${kind}: ${JSON.stringify(item)}`);
      bad += report[kind].length;
    }
  }
  process.exitCode = bad || !chosen.length ? 1 : 0;
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) await main();
