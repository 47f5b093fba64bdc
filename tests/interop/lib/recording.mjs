// Servers that write down what they receive and send, see fixtures/recording_server.mjs.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { own } from './processes.mjs';
import { fixture } from './servers.mjs';
import { within } from './wait.mjs';

const PROGRAM = fixture('recording_server.mjs');

export class Recorded {
  #directory = mkdtempSync(join(tmpdir(), 'gatehouse-record-'));
  #children = new Map();
  targets = {};                   // Entries of a gateway configuration.

  /// Adds a server; over HTTP it is started here.
  async add(name, era, transport, ...options) {
    const args = [PROGRAM, era, `--${transport}`, name, join(this.#directory, name), ...options];
    if (transport === 'stdio') {
      this.targets[name] = { command: process.execPath, args };
      return this;
    }
    const child = own(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
    this.#children.set(name, child);
    const url = await within(`the start of ${name}`, new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve)));
    this.targets[name] = { url };
    return this;
  }

  /// What the server wrote down so far: [{received | sent | closed, pid, at, session?, headers?}].
  log(name) {
    try {
      return readFileSync(join(this.#directory, name), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
    } catch {
      return [];                  // It was never asked.
    }
  }

  received(name, method) { return this.log(name).filter(({ received }) => received?.method === method); }

  /// The calls of a tool with this key.
  calls(name, key) { return this.received(name, 'tools/call').filter(({ received }) => received.params.arguments?.key === key); }

  kill(name) { this.#children.get(name).kill('SIGKILL'); }

  stop() {
    for (const child of this.#children.values()) child.kill('SIGKILL');
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
