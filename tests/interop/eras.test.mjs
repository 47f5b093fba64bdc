// Every official client against every kind of official server: {SDK 1.x, SDK 2.x} x {old, new} x {stdio, HTTP, HTTP+SSE}, through one
// gateway with prefixed names. With GATEHOUSE_DIRECT=1 the clients connect straight to the servers of their own era, which
// proves the fixtures and the expectations.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BULK, COLORS, lists, PAGE, PNG } from './fixtures/features.mjs';
import { Gateway } from './lib/gateway.mjs';
import { connect, MODERN } from './lib/peers.mjs';
import { kinds, start } from './lib/servers.mjs';
import { until } from './lib/wait.mjs';

const direct = process.env.GATEHOUSE_DIRECT === '1';
const answers = {
  elicitation: ({ message }) => ({ action: 'accept', content: { color: message === 'Which colour?' ? 'red' : 'none' } }),
  sampling: ({ messages }) => ({ role: 'assistant', model: 'test', content: { type: 'text', text: [messages[0].content].flat()[0].text } }),
  roots: () => ({ roots: [{ uri: 'file:///srv/project', name: 'project' }] })
};
const servers = new Map();        // name of a kind -> {target, stop}
let gateway;

before(async () => {
  for (const kind of kinds) servers.set(kind.name, await start(kind));
  if (direct) return;
  gateway = await Gateway.serve({ servers: Object.fromEntries([...servers].map(([name, { target }]) => [name, target])) });
});

after(async () => {
  try {
    await gateway?.stop();
  } finally {
    for (const { stop } of servers.values()) stop();
  }
});

for (const kind of kinds) {
  for (const era of ['legacy', 'modern']) {
    if (direct && era !== kind.era) continue;
    describe(`${era} client, ${kind.era} server over ${kind.transport}`, { timeout: 90_000 }, () => cell(era, kind));
  }
}

function cell(era, kind) {
  const own = (name) => direct ? name : `${kind.name}.${name}`;              // A name of this server as the client sees it.
  const ownUri = (uri) => direct ? uri : `gh-${kind.name}+${uri}`;
  const isOwn = (name) => direct || name.startsWith(`${kind.name}.`);
  const isOwnUri = (uri) => direct || uri.startsWith(`gh-${kind.name}+`);
  const notFound = era === 'modern' ? -32602 : -32002;
  let peer;

  before(async () => {
    peer = await connect(era, direct ? servers.get(kind.name).target : { url: gateway.url() }, { answers });
  });
  after(() => peer?.close());

  it('speaks its own revision', () => {
    if (direct && kind.transport === 'stdio' && era === 'legacy') return;    // SDK 1.x does not tell over stdio.
    assert.equal(peer.protocolVersion, era === 'modern' ? MODERN : '2025-11-25');
  });

  it('lists everything once, over all pages', async () => {
    const names = (items) => items.map((item) => item.name).filter(isOwn).sort();
    assert.deepEqual(names(await peer.tools()).filter((name) => !name.includes('grown')),
      lists.tools().map(({ name }) => own(name)).sort());
    assert.deepEqual(names(await peer.prompts()), lists.prompts().map(({ name }) => own(name)).sort());
    const uris = (await peer.resources()).map(({ uri }) => uri).filter(isOwnUri).sort();
    assert.deepEqual(uris, lists.resources().map(({ uri }) => ownUri(uri)).sort());
    assert.equal(uris.length, BULK + 2);
    assert.deepEqual((await peer.resourceTemplates()).map((t) => t.uriTemplate).filter(isOwnUri), [ownUri('fixture://item/{id}')]);
    if (direct) assert.equal(await peer.pages('resources/list', 'resources'), Math.ceil((BULK + 2) / PAGE));
  });

  it('lists schemas as the server wrote them', async () => {
    const [add] = (await peer.tools()).filter(({ name }) => name === own('add'));
    const [written] = lists.tools().filter(({ name }) => name === 'add');
    assert.deepEqual({ ...add, name: 'add' }, written);
  });

  it('calls', async () => {
    assert.equal(await peer.text(own('echo'), { text: 'grüße "quoted" \u{1F600}' }), 'grüße "quoted" \u{1F600}');
  });

  it('returns structured content', async () => {
    const result = await peer.call(own('add'), { a: 2, b: 0.5 });
    assert.deepEqual(result.structuredContent, { sum: 2.5 });
    assert.deepEqual(result.content, [{ type: 'text', text: '2.5' }]);
  });

  it('returns an image', async () => {
    const { content } = await peer.call(own('picture'), {});
    assert.deepEqual(content, [{ type: 'image', data: PNG, mimeType: 'image/png' }]);
  });

  it('returns a link that can be read', async () => {
    const { content: [link] } = await peer.call(own('link'), {});
    assert.equal(link.type, 'resource_link');
    assert.equal(link.uri, ownUri('fixture://text'));
    assert.equal((await peer.read(link.uri)).contents[0].text, 'The text of the fixture');
  });

  it('reads what it lists', async () => {
    const found = (await peer.resources()).find(({ uri }) => isOwnUri(uri) && uri.endsWith('fixture://pixel'));
    const { contents } = await peer.read(found.uri);
    assert.deepEqual(contents, [{ uri: found.uri, mimeType: 'image/png', blob: PNG }]);
  });

  it('reads through a template', async () => {
    const { contents } = await peer.read(ownUri('fixture://item/7'));
    assert.deepEqual(contents, [{ uri: ownUri('fixture://item/7'), mimeType: 'text/plain', text: 'Item 7' }]);
  });

  it('is told about a missing resource in the words of its era', async () => {
    const uri = ownUri('fixture://nothing');
    await assert.rejects(peer.read(uri), (error) => {
      assert.equal(error.code, notFound);
      assert.equal(error.data.uri, uri);
      return true;
    });
  });

  it('gets a prompt', async () => {
    const { messages } = await peer.prompt(own('greet'), { color: 'green' });
    assert.deepEqual(messages, [{ role: 'user', content: { type: 'text', text: 'Say hello in green' } }]);
    await assert.rejects(peer.prompt(own('nothing'), {}), { code: -32602 });
  });

  it('completes an argument of a prompt and of a template', async () => {
    const want = COLORS.filter((color) => color.startsWith('b'));
    const ofPrompt = await peer.complete({ type: 'ref/prompt', name: own('greet') }, 'color', 'b');
    const ofTemplate = await peer.complete({ type: 'ref/resource', uri: ownUri('fixture://item/{id}') }, 'id', 'b');
    for (const { completion } of [ofPrompt, ofTemplate]) assert.deepEqual(completion, { values: want, total: want.length, hasMore: false });
  });

  it('sees progress', async () => {
    const seen = [];
    assert.equal(await peer.text(own('count'), { steps: 4 }, { onprogress: (p) => seen.push(p) }), 'counted to 4');
    const values = seen.map(({ progress }) => progress);
    assert.deepEqual(values, [...new Set(values)].sort(), 'progress only grows');
    assert.ok(values.length >= 2 && values.at(-1) === 4, `progress was ${values}`);
    assert.ok(seen.every(({ total }) => total === 4));
  });

  it('receives log messages from the level it asked for', async () => {
    peer.logs.length = 0;
    assert.equal((await peer.callWithLogs(own('talk'), { lines: 3 }, 'info')).content[0].text, 'said 3 lines');
    await until('three log messages', () => peer.logs.length >= 3, 5_000);
    assert.deepEqual(peer.logs.map(({ level, data }) => [level, data]), [1, 2, 3].map((n) => ['warning', `line ${n}`]));
    assert.ok(peer.logs.every(({ logger }) => logger.endsWith('fixture')));
  });

  it('cancels', async () => {
    const key = `${era}-${kind.name}-${Date.now()}`;
    const abort = new AbortController();
    await assert.rejects(peer.call(own('hold'), { key }, { signal: abort.signal, onprogress: () => abort.abort('enough') }));
    await until('the server to hear of the cancellation', async () => (await peer.text(own('cancelled'), {})).includes(key), 5_000);
  });

  it('sees the failure of a tool as a result', async () => {
    const result = await peer.call(own('fail'), {});
    assert.equal(result.isError, true);
    assert.deepEqual(result.content, [{ type: 'text', text: 'it did not work' }]);
  });

  it('sees a JSON-RPC error as it was', async () => {
    await assert.rejects(peer.call(own('explode'), {}), (error) => {
      assert.equal(error.code, 1234);
      assert.match(error.message, /the tool exploded/);
      assert.deepEqual(error.data, { fuse: 'short' });
      return true;
    });
    await assert.rejects(peer.call(own('nothing'), {}), { code: -32602 });
  });

  // Through the gateway this client has a process of its own, because it can be asked questions; a list that changes in that
  // process only is not merged yet.
  const ownProcess = !direct && era === 'legacy' && kind.era === 'legacy' && kind.transport === 'stdio';
  it('hears that the list of tools changed', { skip: ownProcess && 'lists of a session are not merged yet' }, async () => {
    const name = `grown_${era}_${direct ? 'direct' : 'through'}`;
    const watch = await peer.watchTools();
    assert.equal(await peer.text(own('grow'), { name }), `grew ${name}`);
    await until('the announcement', () => watch.count > 0);
    assert.ok((await peer.tools()).some((tool) => tool.name === own(name)), 'the new tool is listed when the change is announced');
    assert.equal(await peer.text(own(name), {}), `I am ${name}`);
    await watch.stop();
  });

  if (era === kind.era) {
    it('answers questions of the server', async () => {
      assert.equal(await peer.text(own('ask'), {}), 'accept: red');
      assert.equal(await peer.text(own('sample'), {}), 'the model said Say yes');
      assert.equal(await peer.text(own('roots'), {}), 'file:///srv/project');
    });
  } else {
    // Questions do not cross eras yet: the call ends at once and says so.
    for (const name of ['ask', 'sample', 'roots']) {
      it(`gets a clear error where the server asks (${name})`, async () => {
        const error = await peer.call(own(name), {}, { timeout: 8_000 }).then(
          (result) => result.isError ? { message: result.content[0].text } : assert.fail(`answered ${JSON.stringify(result)}`),
          (thrown) => thrown);
        assert.notEqual(error.code, 'REQUEST_TIMEOUT');
        assert.notEqual(error.code, -32001, 'the call timed out');
        assert.match(error.message, /elicit|sampl|roots/i);
      });
    }
  }
}
