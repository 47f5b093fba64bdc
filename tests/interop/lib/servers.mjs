// The kinds of fixture servers: each era over each of its transports, and one that speaks both eras.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { own } from './processes.mjs';
import { within } from './wait.mjs';

export const fixture = (file) => join(import.meta.dirname, '../fixtures', file);

/// `name` is the server's name in a gateway configuration; `options` are added to its command line.
export const kinds = [
  {
    name: 'old-pipe', title: 'SDK 1.x over stdio (2025-11-25)',
    era: 'legacy', transport: 'stdio', file: fixture('legacy_server.mjs')
  },
  {
    name: 'old-sse', title: 'SDK 1.x over HTTP+SSE (2025-11-25)',
    era: 'legacy', transport: 'sse', file: fixture('legacy_server.mjs')
  },
  {
    name: 'old-web', title: 'SDK 1.x over Streamable HTTP with sessions (2025-11-25)',
    era: 'legacy', transport: 'http', file: fixture('legacy_server.mjs')
  },
  {
    name: 'new-pipe', title: 'SDK 2.x over stdio (2026-07-28)',
    era: 'modern', transport: 'stdio', file: fixture('modern_server.mjs')
  },
  {
    name: 'new-web', title: 'SDK 2.x over HTTP (2026-07-28)',
    era: 'modern', transport: 'http', file: fixture('modern_server.mjs')
  },
  {
    name: 'dual-web', title: 'SDK 2.x over HTTP, both eras',
    era: 'modern', transport: 'http', file: fixture('modern_server.mjs'), options: ['--dual']
  }
];

/// How to reach a fixture of this kind: {target, stop}. `target` is {url} of a process started here, or {command, args} for
/// whoever connects to start it. It is a server entry of a gateway configuration as well.
export async function start({ transport, file, options = [] }) {
  if (transport === 'stdio') return { target: { command: process.execPath, args: [file, '--stdio', ...options] }, stop: () => {} };
  if (transport === 'http') return startHttp(file, { options });
  const { target, ...rest } = await startHttp(file, { flag: '--sse', options });
  return { target: { ...target, transport }, ...rest };
}

/// Starts a program that serves HTTP and prints its URL first: {target: {url}, pid, stop}.
export async function startHttp(file, { port = 0, flag = '--http', options = [] } = {}) {
  const child = own(spawn(process.execPath, [file, flag, String(port), ...options], { stdio: ['ignore', 'pipe', 'inherit'] }));
  const lines = createInterface({ input: child.stdout });
  const url = await within(`the start of ${file}`, new Promise((resolve, reject) => {
    lines.once('line', resolve);
    child.once('exit', (code) => reject(new Error(`${file} ended with exit code ${code}`)));
  }));
  return { target: { url }, pid: child.pid, stop: () => void child.kill('SIGKILL') };
}
