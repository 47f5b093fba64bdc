// The four kinds of fixture servers: both eras, each over stdio and over Streamable HTTP.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { within } from './wait.mjs';

export const fixture = (file) => join(import.meta.dirname, '../fixtures', file);

/// `name` is the server's name in a gateway configuration.
export const kinds = [
  { name: 'old-pipe', era: 'legacy', transport: 'stdio', file: fixture('legacy_server.mjs') },
  { name: 'old-web', era: 'legacy', transport: 'http', file: fixture('legacy_server.mjs') },
  { name: 'new-pipe', era: 'modern', transport: 'stdio', file: fixture('modern_server.mjs') },
  { name: 'new-web', era: 'modern', transport: 'http', file: fixture('modern_server.mjs') }
];

/// How to reach a fixture of this kind: {target, stop}. `target` is {url} of a process started here, or {command, args} for
/// whoever connects to start it. It is a server entry of a gateway configuration as well.
export async function start({ transport, file }) {
  if (transport === 'stdio') return { target: { command: process.execPath, args: [file, '--stdio'] }, stop: () => {} };
  return startHttp(file);
}

/// Starts a program that serves Streamable HTTP and prints its URL first: {target: {url}, pid, stop}.
export async function startHttp(file, port = 0) {
  const child = spawn(process.execPath, [file, '--http', String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const url = await within(`the start of ${file}`, new Promise((resolve, reject) => {
    lines.once('line', resolve);
    child.once('exit', (code) => reject(new Error(`${file} ended with exit code ${code}`)));
  }));
  return { target: { url }, pid: child.pid, stop: () => void child.kill('SIGKILL') };
}
