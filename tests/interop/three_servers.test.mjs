// The gateway started with a desktop host's file in front of the official servers everything, filesystem and memory:
// every official client works with all three through one URL. GATEHOUSE_DIRECT=1 proves the expectations without gateway.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { exercises } from './lib/exercise.mjs';
import { Gateway } from './lib/gateway.mjs';
import * as official from './lib/official.mjs';
import { connect, MODERN } from './lib/peers.mjs';

const directly = process.env.GATEHOUSE_DIRECT === '1';
const names = directly ? official.direct : official.through;
const run = promisify(execFile);
const SERVERS = ['everything', 'filesystem', 'memory'];
let servers;
let gateway;

before(async () => {
  servers = official.officialServers();
  if (!directly) gateway = await Gateway.serveHostFile({ mcpServers: servers.mcpServers }, { startTimeout: 30_000 });
});

after(async () => {
  try {
    await gateway?.stop();
  } finally {
    servers.remove();
  }
});

/// The address of a server: the gateway's one URL, or the server's own command line.
const address = (server) => directly ? servers.mcpServers[server] : { url: gateway.url() };

for (const era of directly ? ['legacy'] : ['legacy', 'modern']) {
  describe(`TypeScript SDK, ${era}`, { timeout: 60_000 }, () => {
    const peers = new Map();
    const route = () => ({ ...names, peer: (server) => peers.get(JSON.stringify(address(server))) });

    before(async () => {
      for (const server of SERVERS) {
        const key = JSON.stringify(address(server));
        if (!peers.has(key)) peers.set(key, await connect(era, address(server)));
      }
      assert.equal(peers.size, directly ? 3 : 1);
    });
    after(() => Promise.all([...peers.values()].map((peer) => peer.close())));

    it('speaks its own revision', () => {
      if (!directly) assert.equal(route().peer('memory').protocolVersion, era === 'modern' ? MODERN : '2025-11-25');
    });
    for (const [name, exercise] of Object.entries(exercises(route, () => servers.path, `typescript-${era}`))) it(name, exercise);
  });
}

for (const mode of directly ? ['legacy'] : ['legacy', MODERN]) {
  it(`Python SDK, ${mode}`, { timeout: 70_000 }, async () => {
    const plan = {
      mode, revision: mode === MODERN ? MODERN : '2025-11-25', directory: servers.path, prefixed: !directly,
      servers: Object.fromEntries(SERVERS.map((server) => [server, address(server)]))
    };
    const python = join(import.meta.dirname, '.venv/bin/python');
    const { stdout } = await run(python, [join(import.meta.dirname, 'python_client.py'), JSON.stringify(plan)], { timeout: 65_000 });
    assert.equal(stdout.trim().split('\n').length, 6, stdout);
  });
}

for (const era of directly ? ['legacy'] : ['legacy', 'modern']) {
  describe(`Inspector CLI, ${era}`, { timeout: 60_000 }, () => {
    const program = join(import.meta.dirname, 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');
    let home;
    before(() => {
      home = mkdtempSync(join(servers.path, '..', 'gatehouse-inspector-'));
      writeFileSync(join(home, 'servers.json'), JSON.stringify({ mcpServers: servers.mcpServers }));
    });
    after(() => rmSync(home, { recursive: true, force: true }));

    /// One run of the Inspector: connects, sends one request, prints its result.
    async function inspect(server, method, ...args) {
      const target = directly
        ? ['--config', join(home, 'servers.json'), '--server', server]
        : ['--server-url', gateway.url(), '--transport', 'http'];
      const options = ['--protocol-era', era, '--format', 'json', '--quiet', '--stored-auth-only', '--method', method];
      const { stdout } = await run(process.execPath, [program, '--cli', ...target, ...options, ...args],
        { timeout: 30_000, env: { ...process.env, HOME: home }, maxBuffer: 8 << 20 });
      return JSON.parse(stdout).result;
    }
    const call = (server, name, args) =>
      inspect(server, 'tools/call', '--tool-name', names.tool(server, name), '--tool-args-json', JSON.stringify(args));

    it('lists tools, prompts and resources', async () => {
      const through = directly ? undefined : await inspect('everything', 'tools/list');
      for (const [server, name] of [['everything', 'echo'], ['filesystem', 'write_file'], ['memory', 'read_graph']]) {
        const { tools } = through ?? await inspect(server, 'tools/list');
        assert.ok(tools.some((tool) => tool.name === names.tool(server, name)), `${server}: ${name}`);
      }
      const { prompts } = await inspect('everything', 'prompts/list');
      assert.ok(prompts.some(({ name }) => name === names.tool('everything', 'simple-prompt')));
      const { resources } = await inspect('memory', 'resources/list');
      assert.ok(resources.some(({ uri }) => uri === names.uri('memory', 'memory://knowledge-graph')));
    });

    it('calls a tool of each server', async () => {
      assert.equal((await call('everything', 'echo', { message: 'hi' })).content[0].text, 'Echo: hi');
      const path = join(servers.path, `inspector-${era}.txt`);
      await call('filesystem', 'write_file', { path, content: 'inspected' });
      assert.equal(readFileSync(path, 'utf8'), 'inspected');
      const entity = { name: `inspector-${era}`, entityType: 'client', observations: [] };
      const { structuredContent } = await call('memory', 'create_entities', { entities: [entity] });
      assert.deepEqual(structuredContent.entities, [entity]);
    });

    it('gets a prompt and reads a resource', async () => {
      const { messages } = await inspect('everything', 'prompts/get',
        '--prompt-name', names.tool('everything', 'args-prompt'), '--prompt-args', 'city=Ulm');
      assert.match(messages[0].content.text, /Ulm/);
      const uri = names.uri('everything', 'demo://resource/dynamic/text/7');
      const { contents } = await inspect('everything', 'resources/read', '--uri', uri);
      assert.match(contents[0].text, /Resource 7/);
    });
  });
}
