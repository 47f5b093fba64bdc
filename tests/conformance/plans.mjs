// Which runs of the conformance suite are made, and the processes they need.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { own } from '../interop/lib/processes.mjs';
import { within } from '../interop/lib/wait.mjs';

const LEGACY = 'backend_legacy.mjs';
const MODERN = 'backend_modern.mjs';

/// Each run: `direct` is the server that the suite is run against first, `behind` the one behind the gateway, of the same era
/// or of the other. conformance-stable does not know 2026-07-28.
export const plans = [
  ['conformance-stable', '2025-06-18', LEGACY, MODERN],
  ['conformance-stable', '2025-11-25', LEGACY, MODERN],
  ['conformance-next', '2025-06-18', LEGACY, MODERN],
  ['conformance-next', '2025-11-25', LEGACY, MODERN],
  ['conformance-next', '2026-07-28', MODERN, LEGACY]
].flatMap(([suite, revision, same, other]) => [same, other].map((behind) =>
  ({ suite, revision, direct: same, behind, era: behind === MODERN ? 'modern' : 'legacy' })));

/// The client scenarios, where the gateway is the client of the suite's server. Those of authorization are left out: the gateway
/// does not sign in to servers yet. Each is run with an official client straight to the server, then with each client through
/// the gateway; `era` is that of the suite's server.
export const clientPlans = [
  ['conformance-next', '2025-06-18', ['initialize', 'tools_call']],
  ['conformance-next', '2025-11-25',
    ['initialize', 'tools_call', 'elicitation-sep1034-client-defaults', 'sse-retry', 'json-schema-2020-12-preservation']],
  ['conformance-next', '2026-07-28', [
    'tools_call', 'request-metadata', 'sep-2322-client-request-state', 'http-standard-headers', 'http-custom-headers',
    'http-invalid-tool-headers', 'json-schema-ref-no-deref', 'json-schema-2020-12-preservation'
  ]]
].flatMap(([suite, revision, scenarios]) =>
  scenarios.map((scenario) => ({ suite, revision, scenario, era: revision === '2026-07-28' ? 'modern' : 'legacy' })));

/// The part of a gateway configuration that puts an unprefixed endpoint in front of one server.
export const unprefixed = (url) => ({
  endpoints: [{ path: '/mcp', servers: ['backend'], prefix: 'none' }],
  servers: { backend: { url } }
});

/// Starts a backend on a free port: {url, stop}.
export async function startBackend(file) {
  const child = own(spawn(process.execPath, [join(import.meta.dirname, file)], { stdio: ['ignore', 'pipe', 'inherit'] }));
  const lines = createInterface({ input: child.stdout });
  const url = await within(`the start of ${file}`, new Promise((resolve, reject) => {
    lines.once('line', resolve);
    child.once('exit', (code) => reject(new Error(`${file} ended with exit code ${code}`)));
  }));
  return { url, stop: () => child.kill('SIGKILL') };
}
