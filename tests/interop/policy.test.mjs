// What callers see and may call under a policy, in both eras, towards servers of both eras: filtered lists, refusals that say the
// right thing, arguments that could be read in two ways, and reloads that tell only whom they concern.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Gateway } from './lib/gateway.mjs';
import { createKey, keyFile } from './lib/keys.mjs';
import { connect } from './lib/peers.mjs';
import { fixture, startHttp } from './lib/servers.mjs';
import { until } from './lib/wait.mjs';
import { META, MODERN, post } from './lib/wire.mjs';

const UNKNOWN = -32602;
const DENIED = -31006;
const APPLY_MS = 10_000;

const rules = [
  { id: 'some', effect: 'allow', what: { servers: ['pipe', 'web'], tools: ['echo', 'whoami', 'a*', 'touch'] } },
  { id: 'few', effect: 'allow', what: { tools: ['count'] }, when: 'args.steps <= 3' },
  { id: 'never', effect: 'deny', what: { tools: ['ask'] } },
  { id: 'planned', effect: 'deny', shadow: true, what: { tools: ['echo'] } },
  { id: 'texts', effect: 'allow', what: { resources: ['fixture://text', 'fixture://bulk/0*'], prompts: ['bulk-*'] } }
];
const SEEN = ['add', 'count', 'echo', 'touch', 'whoami'];

const seen = (items, server) => items.map(({ name }) => name).filter((name) => name.startsWith(`${server}.`))
  .map((name) => name.slice(server.length + 1)).sort();
const codeOf = (error) => error.code ?? error.cause?.code;
const rejects = (promise, code, text) => assert.rejects(promise, (error) => {
  assert.equal(codeOf(error), code, error.message);
  if (text) assert.match(error.message, text);
  return true;
});

describe('a policy', { timeout: 120_000 }, () => {
  let gateway;
  let peers;
  let web;
  let servers;

  before(async () => {
    web = await startHttp(fixture('modern_server.mjs'));
    servers = { pipe: { command: process.execPath, args: [fixture('legacy_server.mjs'), '--stdio', 'pipe'] }, web: web.target };
    gateway = await Gateway.serve(serving(rules));
    peers = await Promise.all(['legacy', 'modern'].map((era) => connect(era, { url: gateway.url() })));
  });
  after(async () => {
    try {
      await Promise.all(peers?.map((peer) => peer.close()) ?? []);
      await gateway?.stop();
    } finally {
      web?.stop();
    }
  });

  const serving = (all) => ({ servers, limits: { page_bytes: 1024 }, policy: { default: 'deny', rules: all } });
  const each = async (run) => { for (const peer of peers) for (const server of ['pipe', 'web']) await run(peer, server); };

  it('lists what may be used, and nothing else', () => each(async (peer, server) => {
    assert.deepEqual(seen(await peer.tools(), server), SEEN);
    const prompts = seen(await peer.prompts(), server);
    assert.equal(prompts.length, 12);
    assert.ok(prompts.every((name) => name.startsWith('bulk-')));
    const uris = (await peer.resources()).map(({ uri }) => uri).filter((uri) => uri.includes(server));
    assert.equal(uris.length, 11, uris.join(' '));
    assert.deepEqual(await peer.resourceTemplates(), []);
  }));

  it('says that lists are for their caller alone, and not for long', async () => {
    const page = await peers[1].page('tools/list');
    assert.equal(page.cacheScope, 'private');
    assert.ok(page.ttlMs <= 30_000);
  });

  it('lets through what is permitted', () => each(async (peer, server) => {
    assert.equal(await peer.text(`${server}.echo`, { text: 'hello' }), 'hello');
    assert.equal(await peer.text(`${server}.count`, { steps: 2 }), 'counted to 2');
  }));

  it('answers what is hidden as what does not exist', () => each(async (peer, server) => {
    await rejects(peer.call(`${server}.ask`, {}), UNKNOWN, new RegExp(`Unknown tool: ${server}\\.ask`));
    await rejects(peer.call(`${server}.nap`, { ms: 1 }), UNKNOWN, new RegExp(`Unknown tool: ${server}\\.nap`));
    await rejects(peer.call(`${server}.there-is-none`, {}), UNKNOWN, new RegExp(`Unknown tool: ${server}\\.there-is-none`));
    await rejects(peer.prompt(`${server}.greet`, { color: 'red' }), UNKNOWN, new RegExp(`Unknown prompt: ${server}\\.greet`));
    await rejects(peer.complete({ type: 'ref/prompt', name: `${server}.greet` }, 'color', 'b'), UNKNOWN, /Unknown prompt/);
  }));

  const call = (name, args, id = 7) => post(gateway.url(),
    `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${name}","arguments":${args},"_meta":` +
    `{"${META.version}":"${MODERN}","${META.capabilities}":{}}}}`,
    { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': 'tools/call', 'Mcp-Name': name });

  it('gives hidden and missing things the same answer to the last byte', async () => {
    for (const server of ['pipe', 'web']) {
      const [hidden, missing] = [await call(`${server}.nap`, '{"ms":1}'), await call(`${server}.nop`, '{"ms":1}')];
      assert.equal(hidden.status, missing.status);
      assert.equal(hidden.text.replace('.nap', '.nop'), missing.text);
      assert.deepEqual([...hidden.headers.keys()], [...missing.headers.keys()]);
      assert.equal(hidden.headers.get('www-authenticate'), null);
      const elsewhere = await call(`${'x'.repeat(server.length)}.nap`, '{"ms":1}');
      assert.equal(hidden.text.replaceAll(server, 'x'.repeat(server.length)), elsewhere.text, 'not even the server shows');
    }
  });

  it('refuses what is visible and not permitted with 403, without a challenge', async () => {
    for (const server of ['pipe', 'web']) {
      const refused = await call(`${server}.count`, '{"steps":4}');
      assert.equal(refused.status, 403);
      assert.equal(refused.messages[0].error.code, DENIED);
      assert.equal(refused.messages[0].error.data.rule, undefined);
      assert.equal(refused.messages[0].id, 7);
      assert.equal(refused.headers.get('www-authenticate'), null);
    }
    await assert.rejects(peers[0].call('pipe.count', { steps: 9 }), /do not permit/);
  });

  it('does not judge arguments that could be read in two ways', async () => {
    for (const args of ['{"steps":1,"steps":9}', '{"steps":1,"Steps":9}', '{"st\\u0065ps":1}', '{"steps":1,"x":"\\ud800"}',
      '{"steps":1,"x":[{"a":1,"a":2}]}', '{"steps":"1"}', '{"steps":1e0}', '{"steps":1.0}', '{}']) {
      const refused = await call('web.count', args);
      assert.equal(refused.status, 403, args);
      assert.equal(refused.messages[0].error.code, DENIED, args);
    }
    const other = await call('web.echo', '{"text":"a","text":"b"}');
    assert.equal(other.status, 200, 'no rule looks at these');
  });

  it('refuses members that a careless server takes for others', async () => {
    const body = (member) => `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"web.echo","arguments":{"text":"a"},${member},` +
      `"_meta":{"${META.version}":"${MODERN}","${META.capabilities}":{}}}}`;
    for (const member of ['"Name":"nap"', '"NAME":"nap"', '"Arguments":{"text":"b"}']) {
      const refused = await post(gateway.url(), body(member), { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': 'tools/call', 'Mcp-Name': 'web.echo' });
      assert.equal(refused.messages[0].error?.code, UNKNOWN, member);
    }
  });

  it('judges resources by one spelling only', async () => {
    const [text] = (await peers[0].resources()).map(({ uri }) => uri).filter((uri) => uri.includes('pipe') && uri.endsWith('text'));
    assert.ok((await peers[0].read(text)).contents.length);
    for (const uri of [text.replace('text', 'pixel'), text.replace('text', 'bulk/../pixel'), text.replace('text', 'bulk/0/../../pixel'),
      text.replace('text', 'bulk/%30x'), text.replace('text', 'item/1')])
      await assert.rejects(peers[0].read(uri), /Resource not found/, uri);
  });

  it('T38: completes no more of a hidden template than of one that is not there', async () => {
    const [text] = (await peers[0].resources()).map(({ uri }) => uri).filter((uri) => uri.includes('pipe') && uri.endsWith('text'));
    const told = (name) => peers[0].complete({ type: 'ref/resource', uri: text.replace('text', `${name}/{id}`) }, 'id', '1')
      .then(() => 'completed', (error) => `${codeOf(error)} ${error.message}`);
    const missing = await told('none');
    assert.match(missing, new RegExp(`^${UNKNOWN} `));
    assert.equal((await told('item')).replaceAll('item', 'none'), missing);
  });

  it('watches only what may be read', async () => {
    const [text] = (await peers[0].resources()).map(({ uri }) => uri).filter((uri) => uri.includes('pipe') && uri.endsWith('text'));
    const stop = await peers[0].subscribe(text);
    await stop();
    await assert.rejects(peers[0].subscribe(text.replace('text', 'pixel')), /Resource not found/);
    const subscription = await peers[1].client.listen({ resourceSubscriptions: [text, text.replace('text', 'pixel')] });
    assert.deepEqual(subscription.honoredFilter.resourceSubscriptions, [text]);
    await subscription.close();
  });

  it('counts what rules do, shadow rules too', async () => {
    const { admin } = Object.fromEntries(gateway.events.filter(({ event }) => event === 'admin listening').map(({ url }) => ['admin', url]));
    const text = await (await fetch(`${admin}/metrics`)).text();
    assert.match(text, /gatehouse_policy_decisions_total\{outcome="permit"\} [1-9]/);
    assert.match(text, /gatehouse_policy_decisions_total\{outcome="deny"\} [1-9]/);
    assert.match(text, /gatehouse_policy_rule_events_total\{rule="planned",event="shadow"\} [1-9]/);
    assert.match(text, /gatehouse_policy_rule_events_total\{rule="few",event="unknown"\} [1-9]/);
  });

  it('refuses a cursor of another policy, and tells only of lists that changed', async () => {
    const watches = await Promise.all(peers.map((peer) => peer.watchTools()));
    const cursors = await Promise.all(peers.map(async (peer) => (await peer.page('resources/list')).nextCursor));
    for (const [i, peer] of peers.entries()) assert.ok((await peer.page('resources/list', cursors[i])).resources.length);
    const same = [...rules, { id: 'nothing', effect: 'allow', what: { servers: ['elsewhere'] } }];
    const settled = () => gateway.events.filter(({ event }) => event === 'policy applied').length;
    let applied = settled();
    gateway.configure(serving(same));
    await until('the policy to apply', () => settled() > applied, APPLY_MS);
    for (const [i, peer] of peers.entries()) await rejects(peer.page('resources/list', cursors[i]), UNKNOWN);
    applied = settled();
    gateway.configure(serving([...rules, { id: 'more', effect: 'allow', what: { tools: ['nap'] } }]));
    await until('the policy to apply', () => settled() > applied, APPLY_MS);
    await until('the announcement', () => watches.every(({ count }) => count > 0), APPLY_MS);
    assert.deepEqual(watches.map(({ count }) => count), [1, 1], 'the first change concerned nobody');
    await each(async (peer, server) => {
      assert.deepEqual(seen(await peer.tools(), server), [...SEEN, 'nap'].sort());
      assert.equal(await peer.text(`${server}.nap`, { ms: 1 }), 'slept 1 ms');
    });
    for (const watch of watches) await watch.stop();
  });

  it('ends subscriptions to what may not be read any more', async () => {
    const find = async (end) => (await peers[0].resources()).map(({ uri }) => uri).find((uri) => uri.includes('web') && uri.endsWith(end));
    const [text, bulk] = [await find('text'), await find('bulk/00')];
    const touch = async (uri) => { await peers[0].text('web.touch', { uri: uri.slice(uri.indexOf('fixture:')) }); };
    const stop = [await peers[0].subscribe(text), await peers[0].subscribe(bulk), await peers[1].subscribe(text)];
    const count = (peer, uri) => peer.updates.filter((updated) => updated === uri).length;
    await touch(text);
    await until('the update', () => peers.every((peer) => count(peer, text) > 0), APPLY_MS);
    const applied = gateway.events.filter(({ event }) => event === 'policy applied').length;
    const narrower = rules.map((rule) => rule.id === 'texts' ? { ...rule, what: { resources: ['fixture://bulk/0*'] } } : rule);
    gateway.configure(serving(narrower));
    await until('the policy to apply', () => gateway.events.filter(({ event }) => event === 'policy applied').length > applied, APPLY_MS);
    const before = peers.map((peer) => count(peer, text));
    await touch(text);
    await touch(bulk);
    await until('the other update', () => count(peers[0], bulk) > 0, APPLY_MS);
    assert.deepEqual(peers.map((peer) => count(peer, text)), before);
    for (const end of stop) await end().catch(() => {});  // what is hidden cannot be unsubscribed from either
  });

  it('judges each message of a batch by itself', async () => {
    const begun = await post(gateway.url(),
      { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'a', version: '1' } } });
    const headers = { 'Mcp-Session-Id': begun.headers.get('mcp-session-id') };
    await post(gateway.url(), { jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
    const one = (id, name, args) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });
    const { status, messages } = await post(gateway.url(),
      [one(2, 'web.echo', { text: 'a' }), one(3, 'web.count', { steps: 9 }), one(4, 'web.ask', {})], headers);
    assert.equal(status, 200);
    const byId = Object.fromEntries(messages.map((message) => [message.id, message]));
    assert.ok(byId[2].result);
    assert.equal(byId[3].error.code, DENIED);
    assert.equal(byId[4].error.code, UNKNOWN);
  });

  it('keeps the old policy when the new one is wrong, and says where', async () => {
    const seenLines = gateway.lines.length;
    gateway.configure(serving([{ id: 'x', when: 'args.a = 1' }]));
    await until('the complaint', () => gateway.lines.slice(seenLines).some((line) => line.includes('policy.rules[0].when')), APPLY_MS);
    await rejects(peers[0].call('pipe.ask', {}), UNKNOWN);
    assert.equal(await peers[0].text('pipe.echo', { text: 'still here' }), 'still here');
  });
});

describe('a policy for holders of keys', { timeout: 60_000 }, () => {
  let gateway;
  let web;
  const keys = {};

  const rulesByRole = [
    { id: 'readers', who: { roles: ['reader', 'writer'] }, what: { tools: ['echo'] } },
    { id: 'writers', who: { roles: ['writer'] }, what: { tools: ['count', 'add'] } },
    { id: 'scoped', who: { roles: ['reader'] }, what: { tools: ['whoami'] }, needs: { scopes: ['identity'] } },
    { id: 'own', what: { tools: ['nap'] }, when: 'args.ms == 1 && principal.client == "never"' }
  ];
  const names = (page) => page.messages[0].result.tools.map(({ name }) => name).sort();
  const send = (key, method, params = {}) => post(gateway.url(),
    { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: { [META.version]: MODERN, [META.capabilities]: {} } } },
    { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': method, ...(params.name && { 'Mcp-Name': params.name }), ...(key && { Authorization: `Bearer ${key}` }) });

  before(async () => {
    web = await startHttp(fixture('modern_server.mjs'));
    gateway = await Gateway.serve({ servers: { web: web.target }, ...keyFile(), policy: { rules: rulesByRole } });
    keys.reader = createKey(gateway, 'reader', '--roles', 'reader').key;
    keys.other = createKey(gateway, 'other', '--roles', 'reader').key;
    keys.scoped = createKey(gateway, 'scoped', '--roles', 'reader', '--scopes', 'identity').key;
    keys.writer = createKey(gateway, 'writer', '--roles', 'writer').key;
    keys.limited = createKey(gateway, 'limited', '--roles', 'writer', '--tools', 'web.add').key;
    keys.guest = createKey(gateway, 'guest').key;
    await until('the keys to be known', async () => (await send(keys.guest, 'tools/list')).status === 200);
  });
  after(async () => {
    await gateway?.stop();
    web?.stop();
  });

  it('gives each of them his own list', async () => {
    assert.deepEqual(names(await send(keys.reader, 'tools/list')), ['web.echo']);
    assert.deepEqual(names(await send(keys.scoped, 'tools/list')), ['web.echo', 'web.whoami']);
    assert.deepEqual(names(await send(keys.writer, 'tools/list')), ['web.add', 'web.count', 'web.echo']);
    assert.deepEqual(names(await send(keys.limited, 'tools/list')), ['web.add']);
    assert.deepEqual(names(await send(keys.guest, 'tools/list')), []);
    assert.equal((await send(keys.other, 'tools/list')).text, (await send(keys.reader, 'tools/list')).text);
    assert.equal((await send(undefined, 'tools/list')).status, 401);
  });

  it('lets each of them call exactly what is in his list', async () => {
    const args = { echo: { text: 'a' }, count: { steps: 1 }, add: { a: 1, b: 2 }, whoami: {}, nap: { ms: 1 } };
    for (const [who, key] of Object.entries(keys)) {
      const list = names(await send(key, 'tools/list'));
      for (const [tool, given] of Object.entries(args)) {
        const answer = await send(key, 'tools/call', { name: `web.${tool}`, arguments: given });
        if (list.includes(`web.${tool}`)) {
          assert.ok(answer.messages.at(-1).result, `${who} ${tool}`);
        } else {
          assert.equal(answer.messages[0].error.code, UNKNOWN, `${who} ${tool}`);
          assert.equal(answer.messages[0].error.message, `Unknown tool: web.${tool}`);
          assert.equal(answer.headers.get('www-authenticate'), null);
        }
      }
    }
  });

  it('tells the instructions of servers only to those who may use something of theirs', async () => {
    const told = async (key) => (await send(key, 'server/discover')).messages[0].result.instructions ?? '';
    assert.match(await told(keys.reader), /stateless era/);
    assert.doesNotMatch(await told(keys.guest), /stateless era/);
  });

  it('shares no session among them', async () => {
    const session = await post(gateway.url(),
      { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } } },
      { Authorization: `Bearer ${keys.writer}` });
    const id = session.headers.get('mcp-session-id');
    const inSession = (key) => post(gateway.url(), { jsonrpc: '2.0', id: 2, method: 'tools/list' },
      { 'Mcp-Session-Id': id, 'MCP-Protocol-Version': '2025-11-25', Authorization: `Bearer ${key}` });
    assert.equal(names(await inSession(keys.writer)).length, 3);
    assert.equal((await inSession(keys.reader)).status, 404);
  });

  it('denies everything to everybody where there are keys and no policy', async () => {
    const config = { servers: { web: web.target }, ...keyFile() };
    delete config.policy;
    const strict = await Gateway.serve(config);
    try {
      const { key } = createKey(strict, 'anybody', '--roles', 'writer');
      const list = () => post(strict.url(), { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: { [META.version]: MODERN, [META.capabilities]: {} } } },
        { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': 'tools/list', Authorization: `Bearer ${key}` });
      await until('the key to be known', async () => (await list()).status === 200);
      assert.deepEqual(names(await list()), []);
      assert.ok(strict.events.some(({ event }) => event.startsWith('there is no policy')));
    } finally {
      await strict.stop();
    }
  });
});
