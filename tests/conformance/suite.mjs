// Runs the official conformance suite against a URL, and compares two runs.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { own } from '../interop/lib/processes.mjs';
import { within } from '../interop/lib/wait.mjs';

const PACKAGES = resolve(import.meta.dirname, '../interop/node_modules');
const SCENARIO_MS = 20_000;
const RUN_MS = 150_000;

/// How good a status is. An informal note is not a pass: a check that stops being tested is a change for the worse.
const RANK = { FAILURE: 0, WARNING: 1, SKIPPED: 2, INFO: 2, SUCCESS: 3 };

/// All server scenarios of a revision, run against `url`. Returns Map: scenario -> Map: check -> {status, message}.
/// `suite` is the package that holds the suite: conformance-stable or conformance-next.
export async function runSuite(suite, revision, url) {
  const output = mkdtempSync(join(tmpdir(), 'gatehouse-conformance-'));
  try {
    const program = join(PACKAGES, suite, 'dist/index.js');
    const timeout = suite === 'conformance-next' ? ['--timeout', String(SCENARIO_MS)] : [];
    const options = ['server', '--url', url, '--suite', 'all', '--spec-version', revision, '-o', output, ...timeout];
    const log = await run(process.execPath, [program, ...options]);
    const results = collect(output);
    if (results.size === 0) throw new Error(`${suite} ${revision} reported nothing for ${url}:\n${log.slice(-2000)}`);
    return results;
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

/// One client scenario: the suite starts a server and runs `command` with its URL. Returns a Map as above.
export async function runClientScenario(suite, revision, scenario, command) {
  const output = mkdtempSync(join(tmpdir(), 'gatehouse-conformance-'));
  try {
    const program = join(PACKAGES, suite, 'dist/index.js');
    const options = ['client', '--scenario', scenario, '--spec-version', revision, '-o', output, '--timeout', String(SCENARIO_MS)];
    const log = await run(process.execPath, [program, ...options, '--command', command.join(' ')]);
    const results = collect(output, '');
    if (!results.has(scenario)) throw new Error(`${suite} ${revision} reported nothing for ${scenario}:\n${log.slice(-2000)}`);
    return results;
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

/// The exit code is not of interest: it says only that some check failed, and the reports say which.
async function run(program, args) {
  const child = own(spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => { log += chunk; });
  try {
    await within('the conformance suite', new Promise((done) => child.once('close', done)), RUN_MS);
  } finally {
    child.kill('SIGKILL');
  }
  return log;
}

/// Reads <output>/<role><scenario>-<time>/checks.json.
function collect(output, role = 'server-') {
  const results = new Map();
  for (const folder of readdirSync(output)) {
    const [, scenario] = new RegExp(`^${role}(.*)-\\d{4}-\\d\\d-\\d\\dT[\\d-]+Z$`).exec(folder) ?? [];
    if (!scenario) throw new Error(`unexpected report ${folder}`);
    const checks = JSON.parse(readFileSync(join(output, folder, 'checks.json'), 'utf8'));
    results.set(scenario, worstByName(checks));
  }
  return results;
}

/// A scenario may report a check several times: the worst report counts.
function worstByName(checks) {
  const worst = new Map();
  for (const { id, name, status, errorMessage } of checks) {
    const key = `${id}/${name}`;
    const known = worst.get(key);
    if (!known || RANK[status] < RANK[known.status]) worst.set(key, { status, message: errorMessage ?? '' });
  }
  return worst;
}

/// Checks that failed: a backend has to have none of them before it can say anything about a gateway. Warnings are no
/// failures (conformance-stable warns about its own request, which names a revision without priming events).
export function failed(results) {
  return flatten(results).filter(({ status }) => status === 'FAILURE');
}

/// Where `through` is worse than `direct`: [{scenario, check, direct, through, message}]. A check that passed, or warned,
/// and is no longer reported counts as worse; a mere note may go. So does a failure under a name that `direct` does not
/// have, such as the error check of a scenario that broke off.
export function worseThan(direct, through) {
  const worse = [];
  for (const { scenario, check, status } of flatten(direct)) {
    const seen = through.get(scenario)?.get(check) ?? { status: 'missing', message: 'not reported' };
    const isNote = RANK[status] === RANK.INFO;
    if ((RANK[seen.status] ?? -1) < RANK[status] && !(isNote && seen.status === 'missing')) {
      worse.push({ scenario, check, direct: status, through: seen.status, message: seen.message });
    }
  }
  for (const { scenario, check, status, message } of flatten(through)) {
    if (RANK[status] < RANK.INFO && !direct.get(scenario)?.has(check)) {
      worse.push({ scenario, check, direct: 'not reported', through: status, message });
    }
  }
  return worse;
}

/// Splits differences by the list of expected ones: {unexpected, outdated}. An entry of `expected` is
/// {revision, scenario, check, suites?, era?, reason}, where `check` may be "*" for any of the scenario; `outdated` are the entries for this run that did not show.
export function judge(differences, expected, { suite, revision, era }) {
  const entries = expected.filter((e) =>
    e.revision === revision && (!e.suites || e.suites.includes(suite)) && (!e.era || e.era === era));
  const matches = (entry, d) => entry.scenario === d.scenario && (entry.check === '*' || entry.check === d.check);
  return {
    unexpected: differences.filter((d) => !entries.some((entry) => matches(entry, d))),
    outdated: entries.filter((entry) => !differences.some((d) => matches(entry, d)))
  };
}

function flatten(results) {
  return [...results].flatMap(([scenario, checks]) =>
    [...checks].map(([check, { status, message }]) => ({ scenario, check, status, message })));
}

/// How many checks of a run have each status, for the report.
export function tally(results) {
  const counts = {};
  for (const { status } of flatten(results)) counts[status] = (counts[status] ?? 0) + 1;
  return `${results.size} scenarios, ${Object.entries(counts).map(([status, n]) => `${n} ${status}`).join(', ')}`;
}
