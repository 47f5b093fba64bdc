// Runs the official conformance suite straight against a backend and through the gateway in front of it, and prints what
// gets worse. Usage: node run.mjs [--direct] [--suite NAME] [--revision DATE] [--era legacy|modern]; exit code 1 when something is worse than
// expected.json allows. The tests in conformance.test.mjs call `compare` below.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Gateway } from '../interop/lib/gateway.mjs';
import { plans, startBackend, unprefixed } from './plans.mjs';
import { failed, judge, runSuite, tally, worseThan } from './suite.mjs';

export const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'expected.json'), 'utf8'));

const direct = new Map();         // Suite and revision -> promise of the results straight against a server: they serve two plans.

async function runAlone({ suite, revision, direct: file }) {
  const server = await startBackend(file);
  try {
    return await runSuite(suite, revision, server.url);
  } finally {
    server.stop();
  }
}

function runDirect(plan) {
  const key = `${plan.suite} ${plan.revision}`;
  if (!direct.has(key)) direct.set(key, runAlone(plan));
  return direct.get(key);
}

async function runThrough({ suite, revision, behind }) {
  const server = await startBackend(behind);
  let gateway;
  try {
    gateway = await Gateway.serve(unprefixed(server.url));
    const results = await runSuite(suite, revision, gateway.url());
    await gateway.stop();
    return { results, log: gateway.log() };
  } finally {
    gateway?.kill();
    server.stop();
  }
}

/// Runs one plan: {direct, through, broken, unexpected, outdated, log}. `broken` are the failures of the backend itself; with
/// those, or with `directOnly`, the gateway is not started and the members about it are empty.
export async function compare(plan, { directOnly = false } = {}) {
  const found = await runDirect(plan);
  const report = { direct: tally(found), through: 'not run', broken: failed(found), unexpected: [], outdated: [], log: '' };
  if (directOnly || report.broken.length) return report;
  const { results, log } = await runThrough(plan);
  return { ...report, through: tally(results), ...judge(worseThan(found, results), expected, plan), log };
}

async function main() {
  const { values } = parseArgs({
    options: {
      direct: { type: 'boolean' }, suite: { type: 'string' }, revision: { type: 'string' }, era: { type: 'string' }
    }
  });
  const chosen = plans.filter((plan) =>
    ['suite', 'revision', 'era'].every((key) => !values[key] || plan[key] === values[key]));
  let bad = 0;
  for (const plan of chosen) {
    const report = await compare(plan, { directOnly: values.direct });
    console.log(`${plan.suite} ${plan.revision}, ${plan.era} server\n  direct:  ${report.direct}\n  through: ${report.through}`);
    for (const kind of ['broken', 'unexpected', 'outdated']) {
      for (const item of report[kind]) console.log(`  ${kind}: ${JSON.stringify(item)}`);
      bad += report[kind].length;
    }
  }
  process.exitCode = bad || !chosen.length ? 1 : 0;
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) await main();
