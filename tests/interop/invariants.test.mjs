// What holds whatever clients and servers do: random traffic between recording servers and clients of both eras, and rules that
// the records of both sides have to keep. GATEHOUSE_SEED repeats a run.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Gateway } from './lib/gateway.mjs';
import { test } from './lib/not_yet.mjs';
import { Recorded } from './lib/recording.mjs';
import { LegacyClient, ModernClient, random } from './lib/traffic.mjs';
import { pause } from './lib/wait.mjs';
import { META } from './lib/wire.mjs';

const SEED = Number(process.env.GATEHOUSE_SEED ?? 20260728);
const STEPS = Number(process.env.GATEHOUSE_STEPS ?? 500);
const ERAS = { lpipe: 'legacy', lweb: 'legacy', mpipe: 'modern', mweb: 'modern' };
const NAMES = Object.keys(ERAS);
const ALL = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };

const isResponse = (message) => message.method === undefined;
const isRequest = (message) => message.method !== undefined && message.id !== undefined;
const show = (value) => JSON.stringify(value).slice(0, 300);

describe(`invariants, seed ${SEED}`, { timeout: 180_000 }, () => {
  const servers = new Recorded();
  const clients = [];
  let gateway;

  before(async () => {
    await Promise.all(Object.entries(ERAS).map(([name, era]) => servers.add(name, era, name.endsWith('pipe') ? 'stdio' : 'http')));
    gateway = await Gateway.serve({ servers: servers.targets, limits: { drain: '2s' } });
    const make = (Kind, name, n) => new Kind(name, NAMES, random(SEED + n));
    for (const [name, version, capabilities] of [['old-a', undefined, ALL], ['old-b', '2025-06-18', { elicitation: {} }], ['old-c', '2025-03-26', {}]]) {
      clients.push(await make(LegacyClient, name, clients.length).start(gateway.url(), { capabilities, version }));
    }
    for (const [name, capabilities] of [['new-a', ALL], ['new-b', ALL], ['new-c', {}]]) {
      clients.push(make(ModernClient, name, clients.length).start(gateway.url(), { capabilities }));
    }
    await Promise.all(clients.map((client) => client.run(STEPS)));
    await pause(500);             // What was held for clients that left ends.
  });
  after(async () => {
    try {
      await gateway?.stop();
    } finally {
      servers.stop();
    }
  });

  const of = (era) => clients.filter((client) => client.era === era);
  const streamsOf = (client) => [...client.exchanges.map(({ stream }) => stream), ...(client.listens ?? []).map(({ stream }) => stream),
    ...(client.standalone ? [client.standalone] : [])];
  const messagesOf = (client) => streamsOf(client).flatMap((stream) => stream.messages);

  it('the traffic is worth looking at', () => {
    const exchanges = clients.flatMap((client) => client.exchanges);
    assert.ok(exchanges.length >= clients.length * STEPS);
    for (const kind of ['echo', 'count', 'talk', 'fail', 'ask', 'twice', 'hold', 'resumed', 'list', 'miss', 'forge', 'grow']) {
      assert.ok(exchanges.some((exchange) => exchange.kind === kind), kind);
    }
    assert.ok(exchanges.filter(({ stream }) => stream.messages.some(({ result }) => result && !result.isError)).length > exchanges.length / 3);
    for (const name of NAMES) assert.ok(servers.received(name, 'tools/call').length > STEPS / 2, name);
  });

  it('1: every request gets one response with its own id, or none if it was cancelled', () => {
    for (const client of clients) {
      for (const { id, kind, key, stream, ended } of client.exchanges.filter((exchange) => exchange.kind !== 'resumed')) {
        const responses = stream.messages.filter(isResponse);
        assert.ok(responses.every((response) => response.id === id), `${client.name} ${kind}: ${show(id)} got ${show(responses)}`);
        if (ended) assert.ok(responses.length <= 1);
        else assert.equal(responses.length, 1, `${client.name} ${kind} ${key}: ${show(stream.messages)} ${stream.status}`);
      }
    }
  });

  it('2: nothing that belongs to one client reaches another', () => {
    for (const client of clients) {
      const text = streamsOf(client).map((stream) => stream.text).join('\n');
      for (const other of clients.filter((one) => one !== client)) assert.ok(!text.includes(`${other.name}-k`), `${client.name} saw ${other.name}`);
    }
  });

  it('3: no request to a stateless client, no response to a stateless server', () => {
    for (const client of of('modern')) assert.deepEqual(messagesOf(client).filter(isRequest), []);
    for (const name of NAMES.filter((server) => ERAS[server] === 'modern')) {
      assert.deepEqual(servers.log(name).filter(({ received }) => received && isResponse(received) && !received.http), []);
    }
  });

  it('4: results have what their revision knows, and nothing else', () => {
    for (const client of clients) {
      for (const { result } of messagesOf(client).filter(({ result: some }) => some)) {
        if (client.era === 'modern') assert.ok(['complete', 'input_required'].includes(result.resultType), show(result));
        else for (const member of ['resultType', 'ttlMs', 'cacheScope', 'inputRequests', 'requestState']) assert.ok(!(member in result), `${member} in ${show(result)}`);
      }
    }
  });

  it('5: a subscription begins with its acknowledgement, and brings what was asked for', () => {
    const members = { tools: 'toolsListChanged', prompts: 'promptsListChanged', resources: 'resourcesListChanged' };
    for (const { id, filter, stream } of of('modern').flatMap((client) => client.listens)) {
      const [first, ...rest] = stream.messages;
      assert.equal(first.method, 'notifications/subscriptions/acknowledged');
      for (const { method, params } of [first, ...rest].filter((message) => message.method)) {
        assert.equal(params._meta[META.subscription], id, 'the client\'s own id');
        if (method !== first.method) assert.ok(filter[members[method.split('/')[1]]], `${method} for ${show(filter)}`);
      }
    }
  });

  it('7: one message, one stream', () => {
    for (const client of of('legacy')) {
      const seen = new Map();
      for (const stream of streamsOf(client).filter((one) => !client.exchanges.some(({ kind, stream: other }) => kind === 'resumed' && other === one))) {
        for (const message of stream.messages) {
          const { method, params, id } = message;
          const name = isRequest(message) ? `question ${show(id)}` : method === 'notifications/progress' ? `progress ${params.progressToken} ${params.progress}` : undefined;
          if (name === undefined) continue;
          assert.ok(!seen.has(name), `${client.name}: ${name} came twice`);
          seen.set(name, stream);
        }
      }
    }
  });

  it('8: event ids are unique, and a replay is the rest of one stream', () => {
    for (const client of of('legacy')) {
      const originals = client.exchanges.filter(({ kind }) => kind !== 'resumed').map(({ stream }) => stream);
      const ids = [...originals, client.standalone].flatMap((stream) => stream.ids);
      assert.equal(new Set(ids).size, ids.length, `${client.name} has an event id twice`);
      for (const { stream, of: original } of client.exchanges.filter(({ kind }) => kind === 'resumed')) {
        assert.ok(stream.ids.every((id) => !original.ids.includes(id)), 'nothing is replayed that had arrived');
        assert.ok(stream.messages.every((message) => message.params?.progressToken === undefined || original.messages.some((first) => first.params?.progressToken === message.params.progressToken)));
      }
    }
  });

  it('9: progress only grows, and ends with the response', () => {
    for (const client of clients) {
      for (const { key, stream, kind } of client.exchanges) {
        const steps = stream.messages.filter(({ method }) => method === 'notifications/progress');
        assert.ok(steps.every(({ params }) => String(params.progressToken).startsWith(String(key).replace('/round', ''))), `${client.name} ${key}: ${show(steps)}`);
        const values = steps.map(({ params }) => params.progress);
        assert.ok(values.every((value, n) => n === 0 || value > values[n - 1]), `${client.name} ${kind} ${key}: ${values}`);
        const end = stream.messages.findIndex(isResponse);
        if (end >= 0) assert.equal(end, stream.messages.length - 1, `something follows the response: ${show(stream.messages.slice(end))}`);
      }
    }
  });

  it('10: no id is used twice towards a server', () => {
    for (const name of NAMES) {
      const used = new Set();
      for (const { received, pid, session } of servers.log(name)) {
        if (!received || !isRequest(received) || ['initialize', 'server/discover'].includes(received.method)) continue;
        const id = `${pid} ${session} ${show(received.id)}`;
        assert.ok(!used.has(id), `${name}: ${id}`);
        used.add(id);
      }
    }
  });

  test('11: a forged state is an error', () => {
    for (const { stream } of of('modern').flatMap(({ exchanges }) => exchanges).filter(({ kind }) => kind === 'forge')) {
      assert.equal(stream.messages.at(-1).error?.code, -32602, show(stream.messages));
    }
  });

  it('12: stateless clients see no error code that their revision does not have', () => {
    for (const { error } of of('modern').flatMap(messagesOf).filter(({ error: some }) => some)) {
      const isForeign = error.code === -32002 || error.code === -32042 || (error.code <= -32000 && error.code >= -32019)
        || (error.code <= -32020 && error.code >= -32099 && ![-32020, -32021, -32022].includes(error.code));
      assert.ok(!isForeign, show(error));
    }
  });

  it('15: a call reaches its server once', () => {
    const all = NAMES.flatMap((name) => servers.received(name, 'tools/call')).filter(({ received }) => !received.params.inputResponses);
    for (const client of clients) {
      for (const { key, kind, ended, stream } of client.exchanges.filter((exchange) => exchange.key && !exchange.key.endsWith('/round') && exchange.kind !== 'resumed')) {
        const calls = all.filter(({ received }) => received.params.arguments?.key === key);
        assert.ok(calls.length <= 1, `${client.name} ${kind} ${key} was called ${calls.length} times`);
        if (['echo', 'count', 'talk'].includes(kind) && !ended) assert.equal(calls.length, 1, `${key}: ${show(stream.messages)}`);
      }
    }
  });

  it('16: secrets of one side do not reach the other', () => {
    const towardsServers = NAMES.map((name) => JSON.stringify(servers.log(name).filter(({ received }) => received))).join('\n');
    for (const client of clients) {
      for (const secret of [client.secret, client.cookie, client.wire.session].filter(Boolean)) assert.ok(!towardsServers.includes(secret), `${secret} went to a server`);
      for (const stream of streamsOf(client)) {
        const seen = `${stream.text}${JSON.stringify([...stream.headers])}`;
        for (const secret of ['session-of-', 'secret-lweb', 'secret-mweb']) assert.ok(!seen.includes(secret), `${secret} went to ${client.name}`);
      }
    }
  });
});

describe('6: questions and the life of a session', { timeout: 60_000 }, () => {
  const servers = new Recorded();
  let gateway;
  before(async () => {
    await servers.add('lweb', 'legacy', 'http');
    await servers.add('mweb', 'modern', 'http');
    gateway = await Gateway.serve({ servers: servers.targets, limits: { drain: '1s' } });
  });
  after(async () => {
    try {
      await gateway?.stop();
    } finally {
      servers.stop();
    }
  });

  it('none after its end', async () => {
    const client = await new LegacyClient('ends', ['lweb'], random(SEED)).start(gateway.url(), { capabilities: ALL });
    const stream = await client.wire.open('tools/call', { name: 'lweb.twice', arguments: { key: 'ends' } }, 1);
    const { id } = await stream.next(isRequest);
    assert.equal((await client.wire.end()).status, 204);
    await client.wire.answer(id, { action: 'accept', content: { word: 'late' } });
    await pause(300);
    assert.equal([...stream.messages, ...client.standalone.messages].filter(isRequest).length, 1);
    await stream.close();
    await client.standalone.close();
  });
});
