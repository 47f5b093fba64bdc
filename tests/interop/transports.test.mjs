// The transports beside Streamable HTTP, with real counterparts: clients over HTTP+SSE, hosts on stdio through `connect` and through
// `serve --stdio`, servers over HTTP+SSE that are found by themselves.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { lists } from './fixtures/features.mjs';
import { BINARY, Gateway } from './lib/gateway.mjs';
import { connect, MODERN } from './lib/peers.mjs';
import { kinds, start, startHttp } from './lib/servers.mjs';
import { until, within } from './lib/wait.mjs';

const answers = { elicitation: () => ({ action: 'accept', content: { color: 'red' } }) };
const startSse = (port = 0) => startHttp(kinds[0].file, { port, flag: '--sse' });
const servers = new Map();
let gateway;

before(async () => {
  await Promise.all(kinds.map(async (kind) => servers.set(kind.name, await start(kind))));
  gateway = await Gateway.serve({ servers: Object.fromEntries([...servers].map(([name, { target }]) => [name, target])) });
});
after(async () => {
  try {
    await gateway?.stop();
  } finally {
    for (const { stop } of servers.values()) stop();
  }
});

/// What every way in has to carry, towards one server; `name` is how its tools are called.
function exercise(peer, name) {
  it('lists, calls and reports progress', async () => {
    const tools = (await peer().tools()).map((tool) => tool.name);
    for (const tool of lists.tools()) assert.ok(tools.includes(name(tool.name)), tool.name);
    assert.equal(await peer().text(name('echo'), { text: 'grüße' }), 'grüße');
    const seen = [];
    assert.equal(await peer().text(name('count'), { steps: 3 }, { onprogress: (p) => seen.push(p.progress) }), 'counted to 3');
    assert.ok(seen.length >= 2, `progress was ${seen}`);
  });

  it('carries many calls and large messages', async () => {
    const large = 'x'.repeat(1_000_000);
    const texts = [...Array.from({ length: 30 }, (_, n) => `call ${n}`), large];
    assert.deepEqual(await Promise.all(texts.map((text) => peer().text(name('echo'), { text }))), texts);
  });

  it('cancels', async () => {
    const key = `transports-${Math.random()}`;
    const abort = new AbortController();
    await assert.rejects(peer().call(name('hold'), { key }, { signal: abort.signal, onprogress: () => abort.abort('enough') }));
    await until('the cancellation', async () => (await peer().text(name('cancelled'), {})).includes(key), 5_000);
  });
}

for (const { name, era } of kinds) {
  describe(`client over HTTP+SSE, server ${name}`, { timeout: 60_000 }, () => {
    let peer;
    before(async () => { peer = await connect('legacy', gateway.sse(), { answers }); });
    after(() => peer?.close());
    exercise(() => peer, (tool) => `${name}.${tool}`);
    if (era === 'legacy') it('is asked on its stream', async () => assert.equal(await peer.text(`${name}.ask`, {}), 'accept: red'));
  });
}

describe('HTTP+SSE towards clients', { timeout: 60_000 }, () => {
  it('counts sessions and ends them with their stream', async () => {
    const sessions = async () => (await (await fetch(gateway.url('/health'))).json()).sessions;
    const before = await sessions();
    const peer = await connect('legacy', gateway.sse());
    assert.equal(await sessions(), before + 1);
    await peer.close();
    await until('the end of the session', async () => await sessions() === before);
  });

  it('refuses what is not its connection', async () => {
    const post = (url, headers = {}) => fetch(url, {
      method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: '{"jsonrpc":"2.0","id":1,"method":"ping"}'
    });
    assert.equal((await post(gateway.url('/mcp/messages?c=00000000000000000000000000000000'))).status, 404);
    assert.equal((await post(gateway.url('/mcp/messages'))).status, 404);
    assert.equal((await post(gateway.url('/mcp/messages'), { Origin: 'https://evil.example' })).status, 403);
    assert.equal((await post(gateway.url('/mcp/sse'))).status, 405);
  });

  it('can be switched off', async () => {
    const quiet = await Gateway.serve({ servers: {}, endpoints: [{ path: '/mcp', http_sse: false }] });
    try {
      assert.equal((await fetch(quiet.url('/mcp/sse'))).status, 404);
    } finally {
      await quiet.stop();
    }
  });
});

describe('HTTP+SSE towards servers', { timeout: 60_000 }, () => {
  it('is found where nothing names it, and again after the server was restarted', async () => {
    let server = await startSse();
    const port = new URL(server.target.url).port;
    const found = await Gateway.serve({ servers: { old: { url: server.target.url } } });
    const peer = await connect('modern', { url: found.url() });
    try {
      const first = await peer.text('old.whoami', {});
      server.stop();
      server = await startSse(Number(port));
      const again = await until('the server to be used again', () => peer.text('old.whoami', {}).catch(() => undefined), 20_000);
      assert.notEqual(again, first);
    } finally {
      await peer.close();
      await found.stop();
      server.stop();
    }
  });
});

for (const era of ['legacy', 'modern']) {
  for (const kind of kinds.filter(({ transport }) => transport !== 'stdio')) {
    describe(`${era} host through connect, server ${kind.name}`, { timeout: 60_000 }, () => {
      let peer;
      before(async () => {
        peer = await connect(era, Gateway.connecting(servers.get(kind.name).target.url), { answers });
      });
      after(() => peer?.close());
      exercise(() => peer, (tool) => tool);

      it('sees the server as it is', async () => {
        assert.equal(peer.client.getInstructions(), kind.era === 'legacy' ? 'A fixture of the handshake era' : 'A fixture of the stateless era');
        assert.ok((await peer.resources()).some(({ uri }) => uri === 'fixture://text'));
        assert.equal((await peer.read('fixture://text')).contents[0].text, 'The text of the fixture');
        if (era === 'modern') assert.equal(peer.protocolVersion, MODERN);
      });
    });
  }

  describe(`${era} host through serve --stdio`, { timeout: 60_000 }, () => {
    let peer, served;
    before(async () => {
      served = Gateway.onStdio({ servers: { old: servers.get('old-pipe').target, new: servers.get('new-web').target } });
      peer = await connect(era, served.target, { answers });
    });
    after(async () => {
      await peer?.close();
      served?.remove();
    });
    exercise(() => peer, (tool) => `old.${tool}`);
    it('has all servers', async () => assert.equal(await peer.text('new.echo', { text: 'hi' }), 'hi'));
  });
}

/// A host that writes and reads lines itself.
class RawHost {
  lines = [];
  constructor(target) {
    this.child = spawn(target.command, target.args, { stdio: ['pipe', 'pipe', 'ignore'] });
    createInterface({ input: this.child.stdout }).on('line', (line) => this.lines.push(line));
    this.exited = new Promise((done) => this.child.once('exit', (code, signal) => done({ code, signal })));
  }
  say(message) { this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`); }
  answer(id) {
    return until(`the answer to ${id}`, () => this.lines.map((line) => JSON.parse(line)).find((message) => message.id === id), 20_000);
  }
  /// Ends stdin, and expects an orderly end.
  async end() {
    this.child.stdin.end();
    assert.deepEqual(await within('the end of the process', this.exited, 10_000), { code: 0, signal: null });
  }
}

const INITIALIZE = {
  method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } }
};

describe('stdio', { timeout: 60_000, concurrency: true }, () => {
  it('carries nothing but messages and ends with its input', async () => {
    const served = Gateway.onStdio({ servers: { old: servers.get('old-web').target }, log: { level: 'debug' } });
    const host = new RawHost(served.target);
    try {
      host.say({ id: 1, ...INITIALIZE });
      const { result } = await host.answer(1);
      assert.equal(result.protocolVersion, '2025-06-18');
      host.say({ method: 'notifications/initialized' });
      host.say({ id: 2, method: 'tools/call', params: { name: 'old.echo', arguments: { text: 'hi' } } });
      assert.equal((await host.answer(2)).result.content[0].text, 'hi');
      await host.end();
      for (const line of host.lines) assert.equal(JSON.parse(line).jsonrpc, '2.0');
    } finally {
      served.remove();
    }
  });

  it('serves the named endpoint', async () => {
    const served = Gateway.onStdio({
      servers: { old: servers.get('old-web').target },
      endpoints: [{ path: '/mcp' }, { path: '/plain', prefix: 'none' }]
    }, '--endpoint', '/plain');
    const peer = await connect('legacy', served.target);
    try {
      assert.equal(await peer.text('echo', { text: 'hi' }), 'hi');
    } finally {
      await peer.close();
      served.remove();
    }
  });

  it('serves a desktop host\'s file', async () => {
    const served = Gateway.onStdio({ mcpServers: { old: servers.get('old-pipe').target } });
    const { command, args } = served.target;
    const peer = await connect('legacy', { command, args: ['serve', '--stdio', '--mcp-servers', args.at(-1)] });
    try {
      assert.equal(await peer.text('old.echo', { text: 'hi' }), 'hi');
    } finally {
      await peer.close();
      served.remove();
    }
  });

  it('says clearly that the server behind connect is down, and finds it later', async () => {
    const gone = await startSse();
    const port = new URL(gone.target.url).port;
    gone.stop();
    const host = new RawHost(Gateway.connecting(gone.target.url));
    host.say({ id: 1, ...INITIALIZE });
    const { error } = await host.answer(1);
    assert.equal(error.code, -31001);
    assert.match(error.message, new RegExp(`127.0.0.1:${port}.*not available`));
    const back = await startSse(Number(port));
    try {
      host.say({ id: 2, ...INITIALIZE });
      const { result } = await host.answer(2);
      assert.equal(result.instructions, 'A fixture of the handshake era');
      await host.end();
    } finally {
      back.stop();
    }
  });

  it('tells a wrong command line at once', async () => {
    for (const args of [['connect', 'not a url'], ['connect'], ['serve', '--endpoint', '/x'], ['serve', '--stdio', '--listen', '127.0.0.1:0']]) {
      const child = spawn(BINARY, args, { stdio: ['pipe', 'ignore', 'ignore'] });
      const code = await within(args.join(' '), new Promise((done) => child.once('exit', done)));
      assert.equal(code, 2, args.join(' '));
    }
  });
});
