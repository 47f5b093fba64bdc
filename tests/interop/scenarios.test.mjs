// Scenes between clients and servers of different eras, told message by message: clients that send raw HTTP, servers that write
// down everything. The numbers are those of the acceptance list of the design. Number 20, the official suites with a server of the
// other era, is tests/conformance.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Gateway } from './lib/gateway.mjs';
import { test } from './lib/not_yet.mjs';
import { Recorded } from './lib/recording.mjs';
import { pause, until } from './lib/wait.mjs';
import { answersTo, LegacyWire, META, ModernWire, MODERN, post } from './lib/wire.mjs';

const USERS = 'clients do not sign in yet, so all of them are one user';
const ALL = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const SAMPLED = { role: 'assistant', model: 'm', content: { type: 'text', text: 'sampled' } };
const word = (value) => ({ action: 'accept', content: { word: value } });
const answer = (method, { message }) => method === 'sampling/createMessage' ? SAMPLED : word(message.replace(/^.*\]\s*/, ''));
const textOf = (result) => result.content[0].text;
const isQuestion = (message) => message.method === 'elicitation/create' || message.method === 'sampling/createMessage';

/// All pages of the list of tools, and the names on them.
async function walk(client) {
  const pages = [];
  for (let cursor; ;) {
    const page = await client.result('tools/list', cursor === undefined ? {} : { cursor });
    pages.push(page);
    cursor = page.nextCursor;
    if (cursor === undefined) return pages;
  }
}
const names = (pages) => pages.flatMap(({ tools }) => tools.map(({ name }) => name));

const servers = new Recorded();
let gateway;
const modern = (options = { capabilities: ALL }) => new ModernWire(gateway.url(), options);
const legacy = (options = {}) => LegacyWire.connect(gateway.url(), { capabilities: ALL, ...options });
const refused = (promise, code) => assert.rejects(promise, (error) => { assert.equal(error.code, code, error.stack); return true; });

before(async () => {
  await servers.add('lpipe', 'legacy', 'stdio');
  await servers.add('mpipe', 'modern', 'stdio');
  await servers.add('lweb', 'legacy', 'http');
  await servers.add('mute', 'legacy', 'http', '--no-push');
  await servers.add('mweb', 'modern', 'http');
  gateway = await Gateway.serve({
    servers: servers.targets, endpoints: [{ path: '/mcp' }, { path: '/one', servers: ['mweb'] }],
    limits: { drain: '1s' }       // Calls of tests that failed may still wait for answers.
  });
});
after(async () => {
  try {
    await gateway?.stop();
  } finally {
    servers.stop();
  }
});

describe('scenario 1: two rounds of questions to a client with a session, then its stream is lost', () => {
  for (const server of ['mweb', 'mpipe']) {
    test(`${server}`, async () => {
      const client = await legacy();
      const stream = await client.open('tools/call', { name: `${server}.twice`, arguments: { key: 'one' } });
      const first = await stream.next(isQuestion);
      assert.equal((await client.answer(first.id, word('alpha'))).status, 202);
      const second = await stream.next((message) => isQuestion(message) && message.id !== first.id);
      const last = stream.ids.at(-1);
      await stream.close();
      await client.answer(second.id, word('beta'));
      const resumed = await client.listen(last);
      const { result } = await resumed.next(({ id }) => id === stream.id);
      assert.equal(textOf(result), 'one: alpha beta');
      await resumed.close();
    });
  }
});

describe('scenario 2: questions of a program to a stateless client', () => {
  test('two at once, then one for its model', async () => {
    const client = modern();
    const params = { name: 'lpipe.ask_then_sample', arguments: { key: 'two' } };
    const first = await client.result('tools/call', params);
    assert.equal(first.resultType, 'input_required');
    assert.equal(Object.keys(first.inputRequests).length, 2, 'both questions come at once');
    const second = await client.result('tools/call', { ...params, ...answersTo(first, answer) });
    assert.deepEqual(Object.values(second.inputRequests).map(({ method }) => method), ['sampling/createMessage']);
    const keys = [...Object.keys(first.inputRequests), ...Object.keys(second.inputRequests)];
    assert.equal(new Set(keys).size, 3, 'no key is used twice');
    assert.equal(textOf(await client.result('tools/call', { ...params, ...answersTo(second, answer) })), 'two: two/0 two/1 sampled');
    assert.equal(servers.calls('lpipe', 'two').length, 1);
  });

  test('the program dies between the rounds: nothing is done twice', async () => {
    const client = modern();
    const params = { name: 'lpipe.ask', arguments: { key: 'dies' } };
    const first = await client.result('tools/call', params);
    assert.equal(first.resultType, 'input_required');
    process.kill(servers.calls('lpipe', 'dies')[0].pid, 'SIGKILL');
    const { response } = await client.send('tools/call', { ...params, ...answersTo(first, answer) });
    assert.ok(response.result?.isError || response.error?.code === -31004, JSON.stringify(response));
    assert.equal(servers.calls('lpipe', 'dies').length, 1);
  });
});

describe('scenario 3: a requestState that is not what was given', () => {
  const asked = async (key) => {
    const params = { name: 'lpipe.ask', arguments: { key } };
    const first = await modern().result('tools/call', params);
    return { params, retry: answersTo(first, answer) };
  };
  test('tampered', async () => {
    const { params, retry } = await asked('tampered');
    const state = retry.requestState;
    for (const at of [0, state.length >> 1, state.length - 2]) {
      const other = state.slice(0, at) + (state[at] === 'A' ? 'B' : 'A') + state.slice(at + 1);
      await refused(modern().result('tools/call', { ...params, ...retry, requestState: other }), -32602);
    }
    assert.equal(textOf(await modern().result('tools/call', { ...params, ...retry })), 'tampered: accept tampered/0', 'the call is not harmed');
  });
  test('with other arguments, or for another tool', async () => {
    const { params, retry } = await asked('arguments');
    await refused(modern().result('tools/call', { ...params, arguments: { key: 'other' }, ...retry }), -32602);
    await refused(modern().result('tools/call', { ...params, name: 'lpipe.twice', ...retry }), -32602);
    assert.equal(textOf(await modern().result('tools/call', { ...params, ...retry })), 'arguments: accept arguments/0', 'the call is not harmed');
  });
  test('used twice with different answers', async () => {
    const { params, retry } = await asked('again');
    await modern().result('tools/call', { ...params, ...retry });
    const other = Object.fromEntries(Object.keys(retry.inputResponses).map((key) => [key, word('changed')]));
    await refused(modern().result('tools/call', { ...params, ...retry, inputResponses: other }), -32602);
  });
  test('made up', () => refused(modern().result('tools/call', { name: 'lpipe.ask', arguments: { key: 'made-up' }, requestState: 'gs1.k.AAAA', inputResponses: {} }), -32602));
  test('of another user', () => assert.fail('there is no other user'), USERS);
});

test('scenario 4: a client that cannot be asked is not asked', async () => {
  for (const server of ['lpipe', 'lweb', 'mweb', 'mpipe']) {
    assert.equal(textOf(await modern({ capabilities: {} }).result('tools/call', { name: `${server}.adapt`, arguments: {} })), 'no questions');
  }
  const client = await legacy({ capabilities: {} });
  for (const server of ['lpipe', 'lweb', 'mweb', 'mpipe']) {
    const { response } = await client.send('tools/call', { name: `${server}.adapt`, arguments: {} });
    assert.equal(textOf(response.result), 'no questions');
  }
});

describe('scenario 5: questions of several clients on one program never cross', () => {
  test('with sessions', async () => {
    await Promise.all(['five-a', 'five-b', 'five-c'].map(async (key) => {
      const client = await legacy();
      const stream = await client.open('tools/call', { name: 'lpipe.ask', arguments: { key } });
      const { id, params } = await stream.next(isQuestion);
      assert.ok(params.message.endsWith(`${key}/0`), params.message);
      await pause(50);            // All three wait for their users at the same time.
      await client.answer(id, word(key));
      assert.equal(textOf((await stream.next((message) => message.id === stream.id)).result), `${key}: accept ${key}`);
    }));
  });
  test('without', async () => {
    await Promise.all(['five-d', 'five-e', 'five-f'].map(async (key) => {
      const result = await modern().call('lpipe.ask', { key }, (_, { message }) => {
        assert.ok(message.endsWith(`${key}/0`), message);
        return word(key);
      });
      assert.equal(textOf(result), `${key}: accept ${key}`);
    }));
  });
});

describe('scenario 6: a server that wants its user to visit a page first', () => {
  test('a client that can open pages is asked, and the call is repeated', async () => {
    const seen = [];
    const result = await modern().call('lweb.mail', { key: 'six' }, (_, params) => { seen.push(params); return { action: 'accept' }; });
    assert.equal(textOf(result), 'mail is connected');
    assert.deepEqual(seen.map(({ mode, url }) => [mode, url]), [['url', 'https://mail.example/six']]);
    assert.equal(seen[0].elicitationId, undefined);
  });
  test('a client that cannot is told what it lacks', async () => {
    const { status, response } = await modern({ capabilities: { elicitation: { form: {} } } }).send('tools/call', { name: 'lweb.mail', arguments: { key: 'six-b' } });
    assert.equal(response.error.code, -32021);
    assert.deepEqual(response.error.data.requiredCapabilities, { elicitation: { url: {} } });
    assert.equal(status, 400);
  });
});

describe('scenario 7: listening to servers of every kind', () => {
  const listen = async (id, notifications) => {
    const stream = await modern().open('subscriptions/listen', { notifications }, { id });
    const ack = await stream.next(({ method }) => method === 'notifications/subscriptions/acknowledged');
    assert.equal(ack.params._meta[META.subscription], id);
    assert.deepEqual(stream.messages[0], ack, 'the acknowledgement comes first');
    return { stream, ack: ack.params.notifications };
  };
  const uri = (server, rest = 'memo:one') => `gh-${server}+${rest}`;

  for (const id of ['w-3', 41]) {
    test(`lists, with the id ${JSON.stringify(id)}`, async () => {
      const { stream, ack } = await listen(id, { toolsListChanged: true });
      assert.deepEqual(ack, { toolsListChanged: true });
      for (const server of ['lweb', 'mweb', 'mpipe']) {
        const before = stream.messages.length;
        await modern().call(`${server}.grow`, {}, answer);
        const told = await until(`news of ${server}`, () => stream.messages.slice(before).find(({ method }) => method === 'notifications/tools/list_changed'));
        assert.equal(told.params._meta[META.subscription], id);
      }
      assert.ok(stream.messages.slice(1).every(({ method }) => method === 'notifications/tools/list_changed'), 'only what was asked for');
      await stream.close();
    });
  }
  test('resources: only those that can be announced are acknowledged', async () => {
    const good = ['lpipe', 'lweb', 'mweb', 'mpipe'].map((server) => uri(server));
    const { stream, ack } = await listen('seven', { resourceSubscriptions: [...good, uri('mute'), 'gh-nobody+memo:one'] });
    assert.deepEqual([...ack.resourceSubscriptions].sort(), [...good].sort());
    for (const server of ['lweb', 'mweb', 'lpipe', 'mpipe']) {
      await modern().call(`${server}.touch`, { uri: 'memo:one' }, answer);
      const told = await stream.next(({ method, params }) => method === 'notifications/resources/updated' && params.uri === uri(server), `the update of ${server}`);
      assert.equal(told.params._meta[META.subscription], 'seven');
    }
    await stream.close();
  });
  test('a server that comes back is announced as changed', async () => {
    const other = await new Recorded().add('gone', 'modern', 'stdio');
    const own = await Gateway.serve({ servers: other.targets });
    try {
      const stream = await new ModernWire(own.url()).open('subscriptions/listen', { notifications: { toolsListChanged: true } });
      await stream.next(({ method }) => method === 'notifications/subscriptions/acknowledged');
      const pid = await until('the server', () => other.log('gone')[0]?.pid);
      process.kill(pid, 'SIGKILL');
      await stream.next(({ method }) => method === 'notifications/tools/list_changed', 'the announcement', 6_000);
      await stream.close();
    } finally {
      await own.stop();
      other.stop();
    }
  });
  test('the end of the gateway ends a listen stream with a result', async () => {
    const other = await new Recorded().add('drained', 'modern', 'stdio');
    const own = await Gateway.serve({ servers: other.targets });
    try {
      const stream = await new ModernWire(own.url()).open('subscriptions/listen', { notifications: { toolsListChanged: true } }, { id: 'drain' });
      await stream.next(({ method }) => method === 'notifications/subscriptions/acknowledged');
      own.child.kill('SIGTERM');
      assert.equal((await stream.next(({ id }) => id === 'drain')).result.resultType, 'complete');
    } finally {
      await own.stop();
      other.stop();
    }
  });
});

describe('scenario 8: methods and versions of the other era', () => {
  test('a stateless client is told that they do not exist', async () => {
    for (const method of ['initialize', 'ping', 'logging/setLevel', 'roots/list', 'no/such']) {
      const { status, response } = await modern().send(method, { level: 'info' });
      assert.deepEqual([status, response.error.code], [404, -32601], method);
    }
  });
  test('and so are those with the URI of a resource', async () => {
    for (const method of ['resources/subscribe', 'resources/unsubscribe']) {
      const { status, response } = await modern().send(method, { uri: 'memo:one' });
      assert.deepEqual([status, response.error.code], [404, -32601], method);
    }
  });
  test('a handshake for a version without one gets the newest with one', async () => {
    assert.equal((await legacy({ version: MODERN })).version, '2025-11-25');
    assert.equal((await legacy({ version: '2099-01-01' })).version, '2025-11-25');
    assert.equal((await legacy({ version: '2025-03-26' })).version, '2025-03-26');
  });
});

describe('scenario 9: headers that repeat the body', () => {
  const send = async (changes, params = { name: 'mweb.region', arguments: { region: 'oslo', nested: { zone: 'n' } } }) => {
    const { body, headers } = modern().request('tools/call', params);
    const all = { ...headers, 'Mcp-Param-Region': 'oslo', 'Mcp-Param-Zone': 'n', ...changes };
    const { status, messages } = await post(gateway.url(), body, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
    return [status, messages[0].error?.code ?? textOf(messages[0].result)];
  };
  const sentinel = (value) => `=?base64?${Buffer.from(value).toString('base64')}?=`;
  const good = [200, 'oslo n'];
  const bad = [400, -32020];

  test('of every request', async () => {
    assert.deepEqual(await send({}), good);
    assert.deepEqual(await send({ 'Mcp-Method': undefined }), bad, 'missing');
    assert.deepEqual(await send({ 'Mcp-Name': undefined }), bad, 'missing');
    assert.deepEqual(await send({ 'MCP-Protocol-Version': undefined }), bad, 'missing');
    assert.deepEqual(await send({ 'Mcp-Method': 'tools/list' }), bad, 'another method');
    assert.deepEqual(await send({ 'Mcp-Method': 'Tools/Call' }), bad, 'values keep their case');
    assert.deepEqual(await send({ 'Mcp-Name': 'mweb.REGION' }), bad);
    assert.deepEqual(await send({ 'Mcp-Method': undefined, 'mcp-method': 'tools/call' }), good, 'names do not');
    assert.deepEqual(await send({ 'Mcp-Name': '  mweb.region ' }), good, 'space around a value does not count');
    assert.deepEqual(await send({ 'Mcp-Name': sentinel('mweb.region') }), good, 'encoded');
    assert.deepEqual(await send({ 'Mcp-Name': '=?base64?bXdlYi5yZWdpb24?=' }), bad, 'bad padding');
    assert.deepEqual(await send({ 'Mcp-Name': '=?base64?@@@@?=' }), bad, 'no Base64');
  });
  test('of arguments', async () => {
    assert.deepEqual(await send({ 'Mcp-Param-Region': sentinel('oslo') }), good, 'encoded');
    assert.deepEqual(await send({ 'Mcp-Param-Region': 'bergen' }), bad, 'another value');
    assert.deepEqual(await send({ 'Mcp-Param-Region': undefined }), bad, 'missing');
    assert.deepEqual(await send({ 'Mcp-Param-Zone': 's' }), bad, 'of a property of a property');
    assert.deepEqual(await send({ 'Mcp-Param-Region': '=?base64?@@@@?=' }), bad, 'no Base64');
    const none = { name: 'mweb.region', arguments: { region: null, nested: {} } };
    assert.deepEqual(await send({ 'Mcp-Param-Region': undefined, 'Mcp-Param-Zone': undefined }, none), [200, 'null undefined'], 'null and absent have none');
    assert.deepEqual(await send({ 'Mcp-Param-Extra': 'e' }), good);
    const seen = servers.received('mweb', 'tools/call').at(-1).headers;
    assert.deepEqual([seen['mcp-param-region'], seen['mcp-param-zone'], seen['mcp-param-extra'], seen['mcp-name']], ['oslo', 'n', 'e', 'region']);
  });
  test('are made for clients that have none', async () => {
    const client = await legacy();
    const { response } = await client.send('tools/call', { name: 'mweb.region', arguments: { region: 'tromsø', nested: { zone: 'z' } } });
    assert.equal(textOf(response.result), 'tromsø z');
    const seen = servers.received('mweb', 'tools/call').at(-1).headers;
    assert.deepEqual([seen['mcp-param-region'], seen['mcp-param-zone']], [sentinel('tromsø'), 'z']);
  });
});

test('scenario 10: lists while a server is down', async () => {
  const some = new Recorded();
  await some.add('up', 'modern', 'stdio');
  await some.add('down', 'legacy', 'http');
  const own = await Gateway.serve({ servers: some.targets, limits: { page_bytes: 1024 } });
  try {
    const client = new ModernWire(own.url());
    const whole = await until('both lists', async () => { const pages = await walk(client).catch(() => []); return names(pages).some((name) => name.startsWith('down.')) && pages; });
    assert.ok(whole.length > 1);
    assert.deepEqual(names(await walk(client)), names(whole), 'the same order each time');
    assert.equal(new Set(whole.map(({ cacheScope }) => cacheScope)).size, 1, 'one scope for all pages');
    const session = await LegacyWire.connect(own.url());
    const stream = await session.listen();
    some.kill('down');
    await until('the loss to be noticed', async () => (await client.send('tools/call', { name: 'down.echo', arguments: { text: 'x' } })).response.result?.isError);
    const stale = await walk(client);
    assert.deepEqual(names(stale), names(whole), 'what it had stays listed');
    await stream.next(({ method }) => method === 'notifications/tools/list_changed', 'news of the server that went');
    await stream.close();
    for (const { ttlMs, cacheScope } of stale) assert.deepEqual([ttlMs, cacheScope], [0, 'private'], 'nobody keeps a list that is not whole');
  } finally {
    await own.stop();
    some.stop();
  }
});

// Scenario 11, tasks, is tasks.test.mjs.

test('scenario 12: a batch of a 2025-03-26 client to servers of both eras', async () => {
  const client = await legacy({ version: '2025-03-26' });
  const calls = ['lpipe', 'mweb', 'mpipe', 'lweb'].map((server, n) => client.request('tools/call', { name: `${server}.echo`, arguments: { text: `t${n}` } }, `b${n}`));
  const { messages } = await client.post([...calls, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'none' } }, client.request('ping', {}, 7)]);
  const byId = new Map(messages.map((message) => [message.id, message]));
  assert.equal(messages.length, 5);
  assert.deepEqual(['b0', 'b1', 'b2', 'b3'].map((id) => textOf(byId.get(id).result)), ['lpipe: t0', 'mweb: t1', 'mpipe: t2', 'lweb: t3']);
  assert.deepEqual(byId.get(7).result, {});
  const newer = await legacy();
  assert.equal((await newer.post(calls)).status, 400, 'other revisions have no batches');
});

describe('scenario 13: tools with a user interface', () => {
  const UI = { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } } };
  test('the page of a tool can be read', async () => {
    const client = modern({ capabilities: UI });
    const { tools } = await client.result('tools/list');
    const found = tools.find(({ name }) => name === 'mweb.show');
    assert.equal(found._meta.ui.resourceUri, 'ui://gh-mweb/show/main.html');
    const { contents: [page] } = await client.result('resources/read', { uri: found._meta.ui.resourceUri });
    assert.deepEqual([page.uri, page.text], [found._meta.ui.resourceUri, '<p>shown</p>']);
  });
  test('a page may call tools by the names it knows, if they are unambiguous', async () => {
    const one = new ModernWire(gateway.url('/one'), { capabilities: UI });
    assert.equal(textOf(await one.result('tools/call', { name: 'show', arguments: {} })), 'shown');
    await refused(one.result('tools/call', { name: 'echo', arguments: {} }), -32602);
    await refused(modern().result('tools/call', { name: 'show', arguments: {} }), -32602);
  });
});

describe('scenario 14: clients that go away', () => {
  const cancelled = (server, key) => {
    const [call] = servers.calls(server, key);
    return servers.received(server, 'notifications/cancelled').some(({ received, pid }) => pid === call.pid && received.params.requestId === call.received.id);
  };
  for (const server of ['lpipe', 'lweb', 'mpipe', 'mweb']) {
    test(`a stateless client: ${server} is told within a second`, async () => {
      const key = `gone-${server}`;
      const stream = await modern().open('tools/call', { name: `${server}.hold`, arguments: { key } }, { meta: { progressToken: 1 } });
      await stream.next(({ method }) => method === 'notifications/progress');
      await stream.close();
      const told = () => server === 'mweb'
        ? servers.log(server).some(({ closed, whole }) => closed === servers.calls(server, key)[0].received.id && !whole) : cancelled(server, key);
      await until('the cancellation', told, 1_500);
    });
    test(`a client with a session: ${server} works on`, async () => {
      const key = `stays-${server}`;
      const client = await legacy();
      const stream = await client.open('tools/call', { name: `${server}.hold`, arguments: { key, ms: 700 }, _meta: { progressToken: 1 } });
      await stream.next(({ method }) => method === 'notifications/progress');
      await stream.close();
      const finished = () => servers.log(server).some(({ sent }) => sent?.result?.content?.[0].text === key);
      await until('the end of the work', finished, 3_000);
    });
  }
});

describe('scenario 15: log lines go to the request that asked for them', () => {
  for (const server of ['mpipe', 'mweb', 'lpipe', 'lweb']) {
    test(server, async () => {
      const call = (key, meta) => modern({ capabilities: {} }).send('tools/call', { name: `${server}.talk`, arguments: { key, ms: 100 } }, { meta });
      const [loud, quiet] = await Promise.all([call('loud', { [META.logLevel]: 'info' }), call('quiet', {})]);
      const lines = (reply) => reply.messages.filter(({ method }) => method === 'notifications/message').map(({ params }) => params.data);
      assert.deepEqual(lines(quiet), []);
      assert.ok(lines(loud).every((line) => line.startsWith('loud')), `${lines(loud)}`);
      if (server !== 'lpipe') assert.deepEqual(lines(loud), ['loud begins', 'loud ends']);  // On one pipe, lines of two calls cannot be told apart.
    });
  }
  test('lpipe alone', async () => {
    const { messages } = await modern({ capabilities: {} }).send('tools/call', { name: 'lpipe.talk', arguments: { key: 'alone' } }, { meta: { [META.logLevel]: 'info' } });
    assert.deepEqual(messages.filter(({ method }) => method === 'notifications/message').map(({ params }) => params.data), ['alone begins', 'alone ends']);
  });
});

describe('scenario 16: cursors that are not what was given', () => {
  const start = async () => {
    const some = new Recorded();
    await some.add('a', 'modern', 'stdio');
    await some.add('b', 'modern', 'stdio');
    const own = await Gateway.serve({ servers: { a: some.targets.a }, limits: { page_bytes: 1024 } });
    return { some, own, client: new ModernWire(own.url()) };
  };
  test('of an older configuration', async () => {
    const { some, own, client } = await start();
    try {
      const { nextCursor } = await client.result('tools/list');
      assert.ok(nextCursor);
      await client.result('tools/list', { cursor: nextCursor });
      own.configure({ servers: some.targets, limits: { page_bytes: 1024 } });
      // A walk that meets the change breaks off with the same error.
      await until('the new list', async () => names(await walk(client).catch(() => [])).some((name) => name.startsWith('b.')));
      await refused(client.result('tools/list', { cursor: nextCursor }), -32602);
    } finally {
      await own.stop();
      some.stop();
    }
  });
  test('tampered, made up, or of another list', async () => {
    const { some, own, client } = await start();
    try {
      const { nextCursor } = await client.result('tools/list');
      for (const cursor of ['', 'x', `${nextCursor}x`, nextCursor.slice(0, -2), nextCursor.replace(/.$/, (last) => last === 'A' ? 'B' : 'A')]) {
        await refused(client.result('tools/list', { cursor }), -32602);
      }
      await refused(client.result('prompts/list', { cursor: nextCursor }), -32602);
    } finally {
      await own.stop();
      some.stop();
    }
  });
  test('of another user', () => assert.fail('there is no other user'), USERS);
});

describe('scenario 17: sessions', () => {
  test('an unknown one is not found', async () => {
    const client = await legacy();
    client.session = `${client.session.slice(0, -1)}${client.session.at(-1) === 'a' ? 'b' : 'a'}`;
    assert.equal((await client.send('ping')).status, 404);
  });
  test('that of another user is not found either', () => assert.fail('there is no other user'), USERS);
});

test('scenario 18: a form for a 2025-06-18 client', async () => {
  const client = await legacy({ version: '2025-06-18', capabilities: { elicitation: {} } });
  const stream = await client.open('tools/call', { name: 'lweb.choose', arguments: {} });
  const { id, params } = await stream.next(isQuestion);
  const { one, many, ...rest } = params.requestedSchema.properties;
  assert.deepEqual([one.type, one.enum, one.enumNames, one.oneOf], ['string', ['a', 'b'], ['First', 'Second'], undefined]);
  assert.equal(many, undefined);
  assert.deepEqual(Object.entries(rest).map(([name, { type, title }]) => [name, type, title]),
    [['many__0', 'boolean', 'X-ray'], ['many__1', 'boolean', 'Yankee'], ['many__2', 'boolean', 'Zulu']]);
  await client.answer(id, { action: 'accept', content: { one: 'b', many__0: true, many__1: false, many__2: true } });
  const { result } = await stream.next((message) => message.id === stream.id);
  assert.deepEqual(JSON.parse(textOf(result)), { one: 'b', many: ['x', 'z'] });
}, 'forms are not translated for older clients yet');

describe('scenario 19: structured content that is a list', () => {
  for (const version of ['2025-11-25', '2025-06-18', '2025-03-26']) {
    test(`is text only for ${version}`, async () => {
      const client = await legacy({ version });
      const { response } = await client.send('tools/call', { name: 'mweb.list', arguments: {} });
      assert.deepEqual(response.result, { content: [{ type: 'text', text: '[1,2]' }] });
      const { response: listed } = await client.send('tools/list');
      assert.equal(listed.result.tools.find(({ name }) => name === 'mweb.list').outputSchema, undefined);
    });
  }
  test('stays what it is for 2026-07-28', async () => {
    const result = await modern().result('tools/call', { name: 'mweb.list', arguments: {} });
    assert.deepEqual(result.structuredContent, [1, 2]);
  });
});
