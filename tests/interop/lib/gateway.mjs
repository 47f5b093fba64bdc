// A gateway process under test: starts it on a free port with a generated configuration, and stops it again.
// The executable is $GATEHOUSE_BIN, or build/release/gatehouse of this checkout.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { own } from './processes.mjs';
import { until, within } from './wait.mjs';

const ROOT = resolve(import.meta.dirname, '../../..');
export const BINARY = resolve(process.env.GATEHOUSE_BIN ?? join(ROOT, 'build/release/gatehouse'));

const START_MS = 15_000;
const STOP_MS = 20_000;

export class Gateway {
  /// Lines of stderr so far; those that are JSON also in `events`.
  lines = [];
  events = [];
  /// What was written to stdout.
  output = '';
  #directory = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  #partial = '';

  /// Starts `gatehouse serve` with a configuration in the gateway's own form: {servers, endpoints?, limits?, ...}.
  static async serve(config, options = {}) {
    const gateway = new Gateway();
    gateway.configure(config);
    await gateway.#start(['serve', '-c', gateway.configFile], options);
    return gateway;
  }

  /// Starts `gatehouse serve --mcp-servers` with a desktop host's file: {mcpServers: {name: {command, args, env}}}.
  static async serveHostFile(file, options = {}) {
    const gateway = new Gateway();
    const path = join(gateway.#directory, 'claude_desktop_config.json');
    writeFileSync(path, JSON.stringify(file, null, 2));
    await gateway.#start(['serve', '--mcp-servers', path, '--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0'], options);
    return gateway;
  }

  /// How a host starts `gatehouse serve --stdio` with such a configuration: {target: {command, args}, remove}.
  static onStdio(config, ...options) {
    const gateway = new Gateway();
    gateway.configure(config);
    return {
      target: { command: BINARY, args: ['serve', '--stdio', '-c', gateway.configFile, ...options] },
      remove: () => rmSync(gateway.directory, { recursive: true, force: true })
    };
  }

  /// How a host starts `gatehouse connect` with a server's URL.
  static connecting(url, ...options) { return { command: BINARY, args: ['connect', url, ...options] }; }

  get configFile() { return join(this.#directory, 'gatehouse.yaml'); }
  get binary() { return BINARY; }
  get directory() { return this.#directory; }
  get pid() { return this.child.pid; }

  /// The URL of an endpoint.
  url(path = '/mcp') { return new URL(path, this.base).href; }

  /// The HTTP+SSE of an endpoint, as a target of `connect` in peers.mjs.
  sse(path = '/mcp') { return { url: this.url(`${path}/sse`), transport: 'sse' }; }

  /// Writes the configuration (JSON is YAML) in one step, as an editor or a deployment tool does: a new file, renamed.
  /// `config` may be YAML text, too.
  configure(config) {
    const where = { listen: '127.0.0.1:0', admin: { listen: '127.0.0.1:0' } };
    const lines = Object.entries(where).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join('');
    const full = typeof config === 'string' ? lines + config : JSON.stringify({ ...where, ...config }, null, 2);
    const draft = `${this.configFile}.new`;
    writeFileSync(draft, full);
    renameSync(draft, this.configFile);
  }

  async #start(args, { env = {}, startTimeout = START_MS } = {}) {
    assert.ok(existsSync(BINARY), `no gateway at ${BINARY}: build it or set GATEHOUSE_BIN`);
    const ready = join(this.#directory, 'ready');
    this.child = own(spawn(BINARY, [...args, '--ready-file', ready], {
      cwd: this.#directory, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe']
    }));
    this.child.unref();
    this.child.stdout.unref();
    this.child.stderr.unref();
    this.exited = new Promise((done) => this.child.once('exit', (code, signal) => done({ code, signal })));
    this.child.once('close', (code, signal) => this.#tell(code, signal));
    this.child.stdout.setEncoding('utf8').on('data', (chunk) => { this.output += chunk; });
    this.child.stderr.setEncoding('utf8').on('data', (chunk) => this.#collect(chunk));
    try {
      this.base = await until('the gateway to be ready', () => {
        assert.equal(this.child.exitCode ?? this.child.signalCode, null, 'the gateway ended instead of starting');
        return existsSync(ready) && readFileSync(ready, 'utf8').trim();
      }, startTimeout);
    } catch (error) {
      this.child.kill('SIGKILL');
      throw new Error(`${error.message}\n${this.log()}`);
    }
  }

  /// A gateway that ends by itself makes everything after it fail: this is why.
  #tell(code, signal) {
    if (!this.base || code === 0 || ['SIGTERM', 'SIGKILL'].includes(signal)) return;
    console.error(`the gateway ended by itself, with ${signal ?? `exit code ${code}`}\n${this.log()}`);
  }

  #collect(chunk) {
    const lines = (this.#partial + chunk).split('\n');
    this.#partial = lines.pop();
    for (const line of lines) {
      this.lines.push(line);
      try {
        this.events.push(JSON.parse(line));
      } catch {
        // Not every line is an event: plain text is kept in `lines`.
      }
    }
  }

  /// The end of the log, for messages of failed assertions.
  log(count = 40) { return ['--- gateway log', ...this.lines.slice(-count), '---'].join('\n'); }

  /// Asks the gateway to stop and expects it to leave with exit code 0.
  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM');
    try {
      const { code, signal } = await within('stopping the gateway', this.exited, STOP_MS);
      assert.deepEqual({ code, signal }, { code: 0, signal: null }, this.log());
    } finally {
      this.kill();
    }
  }

  /// Ends the gateway without asking, and removes its files.
  kill() {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
