// One server with everything that older revisions have other words for, seen by clients of each: lists, results, headers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Gateway } from './lib/gateway.mjs';
import { fixture, startHttp } from './lib/servers.mjs';

const MODERN = '2026-07-28';
const META = 'io.modelcontextprotocol/';
let server, gateway, url;

before(async () => {
  server = await startHttp(fixture('content_server.mjs'));
  gateway = await Gateway.serve({ servers: { bi: { url: server.target.url } } });
  url = gateway.url();
});
after(async () => {
  await gateway?.stop();
  server?.stop();
});

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const post = async (body, headers) => {
  const response = await fetch(url, { method: 'POST', headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(body) });
  const text = await response.text();
  const data = text.startsWith('{') ? text : text.split('\n').filter((line) => line.startsWith('data: ')).at(-1)?.slice(6);
  return { status: response.status, session: response.headers.get('mcp-session-id'), ...(data && JSON.parse(data)) };
};

let id = 0;
const modern = (method, params = {}, headers = {}) => post(
  { jsonrpc: '2.0', id: ++id, method, params: { ...params, _meta: { [`${META}protocolVersion`]: MODERN, [`${META}clientCapabilities`]: {} } } },
  { 'mcp-protocol-version': MODERN, 'mcp-method': method, ...(params.name ?? params.uri ? { 'mcp-name': params.name ?? params.uri } : {}), ...headers }
);

/// A client of a revision with sessions.
async function legacy(version) {
  const hello = await post({
    jsonrpc: '2.0', id: ++id, method: 'initialize',
    params: { protocolVersion: version, capabilities: {}, clientInfo: { name: 'old', version: '1' } }
  });
  const headers = { 'mcp-session-id': hello.session, ...(version >= '2025-06-18' && { 'mcp-protocol-version': version }) };
  await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
  return { hello: hello.result, ask: (method, params = {}) => post({ jsonrpc: '2.0', id: ++id, method, params }, headers) };
}

const named = (answer, name) => answer.result.tools.find((tool) => tool.name === name);

test('lists are in the words of each revision', async () => {
  const now = await modern('tools/list');
  assert.equal(named(now, 'bi.move').inputSchema.properties.site['x-mcp-header'], 'Site');
  assert.equal(named(now, 'bi.numbers').outputSchema.type, 'array');
  assert.equal(named(now, 'bi.mixed').inputSchema.properties.any, true);
  assert.equal(named(now, 'bi.broken'), undefined, 'its annotation breaks the rules');
  assert.equal(now.result.cacheScope, 'public');
  assert.ok(now.result.ttlMs > 0 && now.result.ttlMs <= 600_000, `${now.result.ttlMs} is what is left`);
  for (const version of ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']) {
    const client = await legacy(version);
    const old = await client.ask('tools/list');
    assert.ok(!JSON.stringify(old).includes('x-mcp-header'), version);
    assert.equal(named(old, 'bi.numbers').outputSchema, undefined, version);
    assert.deepEqual(named(old, 'bi.mixed').inputSchema.properties.any, {}, version);
    assert.equal(old.result.ttlMs, undefined, version);
  }
});

test('structured content that is no object, audio and links, for each revision', async () => {
  const now = await modern('tools/call', { name: 'bi.numbers' });
  assert.deepEqual(now.result.structuredContent, [1, 2]);
  for (const version of ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']) {
    const client = await legacy(version);
    const numbers = await client.ask('tools/call', { name: 'bi.numbers' });
    assert.deepEqual(numbers.result, { content: [{ type: 'text', text: '[1,2]' }] }, version);
    const { result: { content: [audio, link] } } = await client.ask('tools/call', { name: 'bi.mixed' });
    assert.equal(audio.type, version >= '2025-03-26' ? 'audio' : 'text', version);
    assert.equal(link.type, version >= '2025-06-18' ? 'resource_link' : 'text', version);
    assert.match(link.uri ?? link.text, /gh-bi\+memo:1/, version);
  }
});

test('headers of a stateless client are checked against the arguments', async () => {
  const move = (site, headers) => modern('tools/call', { name: 'bi.move', arguments: { site } }, headers);
  assert.equal((await move('oslo', { 'Mcp-Param-Site': 'oslo', 'Mcp-Param-Extra': '1' })).result.content[0].text,
    '[["mcp-param-extra","1"],["mcp-param-site","oslo"]]');
  assert.ok((await move('Zürich', { 'Mcp-Param-Site': '=?base64?WsO8cmljaA==?=' })).result === undefined, 'the fixture compares plainly');
  assert.ok((await move(null)).result);
  for (const headers of [{}, { 'Mcp-Param-Site': 'bergen' }, { 'Mcp-Param-Site': '=?base64?x?=' }, { 'Mcp-Param-Site': 'Oslo' }]) {
    const refused = await move('oslo', headers);
    assert.equal(refused.status, 400);
    assert.equal(refused.error.code, -32020);
    assert.equal(refused.error.data.gatehouse.reason, 'header_mismatch');
  }
});

test('clients with sessions need no headers: the gateway makes them', async () => {
  const client = await legacy('2025-11-25');
  const moved = await client.ask('tools/call', { name: 'bi.move', arguments: { site: 'oslo', qty: 1 } });
  assert.equal(moved.result.content[0].text, '[["mcp-param-site","oslo"]]');
});

test('user interfaces through a merged endpoint', async () => {
  const discovered = await modern('server/discover');
  assert.deepEqual(discovered.result.capabilities.extensions[`${META}ui`], {});
  const client = await legacy('2025-11-25');
  assert.deepEqual(client.hello.capabilities.extensions[`${META}ui`], {});
  const chart = named(await client.ask('tools/list'), 'bi.chart');
  assert.deepEqual(chart._meta.ui, { resourceUri: 'ui://gh-bi/dash/main.html', visibility: ['model', 'app'] });
  const { resourceUri } = chart._meta.ui;
  assert.equal((await client.ask('resources/read', { uri: resourceUri })).result.contents[0].uri, resourceUri);
  assert.equal((await client.ask('resources/read', { uri: 'ui://dash/main.html' })).result.contents[0].uri, 'ui://dash/main.html');
  assert.equal((await client.ask('tools/call', { name: 'chart' })).result.content[0].text, 'a chart', 'as the app calls it');
  assert.equal((await client.ask('tools/call', { name: 'numbers' })).error.code, -32602, 'it has no user interface');
});

test('what no server offers is no empty list, and no completion is one', async () => {
  assert.equal((await modern('prompts/list')).error.code, -32601);
  const client = await legacy('2025-11-25');
  const completion = await client.ask('completion/complete',
    { ref: { type: 'ref/resource', uri: 'gh-bi+memo:{id}' }, argument: { name: 'id', value: '' } });
  assert.deepEqual(completion.result, { completion: { values: [], hasMore: false } });
});

// Last: it changes the server.
test('a server that wants other headers now is read again and asked once more', async () => {
  const client = await legacy('2025-11-25');
  await client.ask('tools/call', { name: 'bi.rename' });
  const moved = await client.ask('tools/call', { name: 'bi.move', arguments: { site: 'oslo' } });
  assert.equal(moved.result?.content[0].text, '[["mcp-param-place","oslo"]]');
});
