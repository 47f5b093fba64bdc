// Changes of resources and broken connections, message by message: clients and servers without an SDK around the gateway.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RawLegacy, RawModern } from './fixtures/raw_servers.mjs';
import { Gateway } from './lib/gateway.mjs';
import { RawSession, stateless } from './lib/raw_client.mjs';
import { startHttp, fixture } from './lib/servers.mjs';
import { until } from './lib/wait.mjs';

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const UPDATED = 'notifications/resources/updated';

describe('resources', { concurrency: true }, () => {
  for (const [name, make] of [['old', () => new RawLegacy()], ['new', () => new RawModern()]]) {
    describe(`of a raw ${name} server`, { timeout: 60_000, concurrency: 1 }, () => watching(name, make));
  }
});

function watching(name, make) {
  const own = (uri) => `gh-${name}+${uri}`;
  let server, gateway, url;

  before(async () => {
    server = await make().start();
    for (const uri of ['raw:///b', 'unknown:///x']) server.refuse.add(uri);
    gateway = await Gateway.serve({ servers: { [name]: { url: server.url } } });
    url = gateway.url();
  });
  after(async () => {
    await gateway?.stop();
    await server?.close();
  });

  const subscribed = async (uri) => {
    const session = await RawSession.open(url);
    const { events } = await session.get();
    const { message } = await session.request({ id: 11, method: 'resources/subscribe', params: { uri: own(uri) } });
    assert.deepEqual(message.result, {});
    return { session, events };
  };
  const told = (events) => events.methods(UPDATED).map(({ params }) => params.uri);

  it('are offered to sessions', async () => {
    const session = await RawSession.open(url);
    assert.equal(session.server.capabilities.resources.subscribe, true);
    await session.close();
  });

  it('tell only those who asked, however many ask, and the server is asked once', async () => {
    const one = await subscribed('raw:///a');
    const two = await subscribed('raw:///a');
    const other = await subscribed('raw:///dir');
    server.update('raw:///a');
    await until('both to hear', () => told(one.events).length && told(two.events).length);
    assert.deepEqual(told(one.events), [own('raw:///a')]);
    assert.deepEqual(told(two.events), [own('raw:///a')]);
    assert.deepEqual(told(other.events), []);
    assert.equal(one.events.messages.find(({ method }) => method === UPDATED).params._meta, undefined);
    if (name === 'old') assert.equal(server.count('resources/subscribe', 'raw:///a'), 1);
    else assert.ok(server.open.size <= 2, 'one stream, or two while one replaces the other');
    for (const { session } of [one, two, other]) await session.close();
  });

  it('tell those who watch what lies above', async () => {
    const { session, events } = await subscribed('raw:///dir');
    server.update('raw:///dir/file');
    await until('the update', () => told(events).length);
    assert.deepEqual(told(events), [own('raw:///dir/file')]);
    await session.close();
  });

  it('that the server does not watch are refused', async () => {
    const session = await RawSession.open(url);
    const { message } = await session.request({ id: 'x', method: 'resources/subscribe', params: { uri: own('raw:///b') } });
    assert.equal(message.error.code, -32602);
    assert.equal(message.error.data.uri, own('raw:///b'));
    await session.close();
  });

  it('are not told about any more after unsubscribing', async () => {
    const { session, events } = await subscribed('raw:///a');
    const { message } = await session.request({ id: 12, method: 'resources/unsubscribe', params: { uri: own('raw:///a') } });
    assert.deepEqual(message.result, {});
    const witness = await subscribed('raw:///a');
    server.update('raw:///a');
    await until('the witness to hear', () => told(witness.events).length);
    assert.deepEqual(told(events), []);
    await session.close();
    await witness.session.close();
  });

  it('come on listen streams, tagged as the client wrote its id, and acknowledged first', async () => {
    for (const id of ['w-3', 42]) {
      const notifications = { toolsListChanged: true, resourcesListChanged: true,
        resourceSubscriptions: [own('raw:///a'), own('raw:///b'), 'unknown:///x'] };
      const { events } = await stateless(url, id, 'subscriptions/listen', { notifications });
      await until('the acknowledgement', () => events.messages.length);
      const [first] = events.messages;
      assert.equal(first.method, ACKNOWLEDGED);
      assert.strictEqual(first.params._meta[SUBSCRIPTION], id);
      assert.deepEqual(first.params.notifications, { resourcesListChanged: true, resourceSubscriptions: [own('raw:///a')] });
      server.update('raw:///dir');
      server.update('raw:///a');
      await until('the update', () => told(events).length);
      assert.deepEqual(events.messages.slice(1), [{ jsonrpc: '2.0', method: UPDATED, params: { _meta: { [SUBSCRIPTION]: id }, uri: own('raw:///a') } }]);
      await events.close();
    }
  });

  it('count as changed after the connection was lost', async () => {
    const { session, events } = await subscribed('raw:///a');
    await until('the exchange of streams to be over', () => name === 'old' || server.open.size === 1);
    server.drop();
    await until('the synthetic update', () => told(events).length, 10_000);
    assert.deepEqual(told(events), [own('raw:///a')]);
    await session.close();
  });

  it('wait for a session without a stream', async () => {
    const session = await RawSession.open(url);
    await session.post({ id: 1, method: 'resources/subscribe', params: { uri: own('raw:///a') } });
    const witness = await subscribed('raw:///a');
    server.update('raw:///a');
    await until('the witness to hear', () => told(witness.events).length);
    const { events } = await session.get();
    await until('what waited', () => told(events).length);
    assert.deepEqual(told(events), [own('raw:///a')]);
    await session.close();
    await witness.session.close();
  });

  it('are given up at the server when nobody watches any more', async () => {
    const { session } = await subscribed('raw:///dir');
    await session.close();
    const given = () => name === 'old' ? server.count('resources/unsubscribe', 'raw:///dir')
      : [...server.open.values()].every(({ uris }) => !uris.includes('raw:///dir'));
    await until('the server to be told', given, 15_000);
  });
}

describe('a legacy server without a stream of its own', { timeout: 30_000 }, () => {
  it('cannot be subscribed to', async () => {
    const server = await new RawLegacy({ pushes: false }).start();
    const gateway = await Gateway.serve({ servers: { mute: { url: server.url } } });
    try {
      const session = await RawSession.open(gateway.url());
      const { message } = await session.request({ id: 1, method: 'resources/subscribe', params: { uri: 'gh-mute+raw:///a' } });
      assert.equal(message.error.code, -32602);
      assert.equal(server.count('resources/subscribe'), 0);
      const { events } = await stateless(gateway.url(), 1, 'subscriptions/listen', { notifications: { resourceSubscriptions: ['gh-mute+raw:///a'] } });
      await until('the acknowledgement', () => events.messages.length);
      assert.deepEqual(events.messages[0].params.notifications, {});
      await events.close();
      await session.close();
    } finally {
      await gateway.stop();
      await server.close();
    }
  });
});

describe('streams of sessions', { timeout: 60_000 }, () => {
  let server, gateway, url;
  before(async () => {
    server = await startHttp(fixture('legacy_server.mjs'));
    gateway = await Gateway.serve({ servers: { old: server.target }, limits: { progress_per_second: 0 } });
    url = gateway.url();
  });
  after(async () => {
    await gateway?.stop();
    server?.stop();
  });
  const count = (session, id, steps) => session.post({ id, method: 'tools/call',
    params: { name: 'old.count', arguments: { steps }, _meta: { progressToken: `p${id}` } } });
  const isAnswer = (id) => (message) => message.id === id && message.result;

  it('begin with an id and a time to come back', async () => {
    const session = await RawSession.open(url);
    const { events } = await count(session, 1, 3);
    await until('the answer', () => events.messages.some(isAnswer(1)));
    const [first] = events.all;
    assert.match(first.id, /^[0-9a-f]{24}\.0$/);
    assert.equal(first.data, '');
    assert.match(first.retry, /^\d+$/);
    assert.equal(new Set(events.ids).size, events.all.length, 'every event has an id of its own');
    await session.close();
  });

  it('of older revisions begin with a message', async () => {
    const session = await RawSession.open(url, '2025-06-18');
    const { events } = await count(session, 1, 3);
    await until('the answer', () => events.messages.some(isAnswer(1)));
    assert.equal(events.all.length, events.messages.length);
    await session.close();
  });

  it('go on where the connection broke, and end with the answer', async () => {
    const session = await RawSession.open(url);
    const whole = [];
    let { events } = await count(session, 7, 30);
    await until('some progress', () => events.messages.length >= 2);
    for (let cuts = 0; cuts < 3 && !events.messages.some(isAnswer(7)); ++cuts) {
      await events.close();
      whole.push(...events.messages);
      const again = await session.get(events.ids.at(-1));
      assert.equal(again.status, 200);
      ({ events } = again);
      await until('more', () => events.messages.length >= 3);
    }
    await until('the answer', () => events.messages.some(isAnswer(7)));
    await until('the end of the stream', () => events.ended);
    whole.push(...events.messages);
    const progress = whole.filter(({ method }) => method === 'notifications/progress').map(({ params }) => params.progress);
    assert.deepEqual(progress, Array.from({ length: 30 }, (_, n) => n + 1), 'nothing lost, nothing twice');
    assert.equal(whole.filter(isAnswer(7)).length, 1);
    assert.equal(whole.at(-1).result.content[0].text, 'counted to 30');
    await session.close();
  });

  it('give an answer that came while nobody was there', async () => {
    const session = await RawSession.open(url);
    const { events } = await count(session, 8, 5);
    await until('the beginning', () => events.ids.length);
    await events.close();
    const { events: rest } = await session.get(events.ids.at(-1));
    await until('the end', () => rest.ended);
    assert.ok(isAnswer(8)(rest.messages.at(-1)));
    const { events: nothing } = await session.get(rest.ids.at(-1));
    await until('the end', () => nothing.ended);
    assert.deepEqual(nothing.messages, []);
    await session.close();
  });

  it('do not mix: an id brings back its own stream only, and only to its session', async () => {
    const session = await RawSession.open(url);
    const stranger = await RawSession.open(url);
    const [a, b] = await Promise.all([count(session, 'a', 5), count(session, 'b', 5)]);
    await until('both answers', () => a.events.messages.some(isAnswer('a')) && b.events.messages.some(isAnswer('b')));
    const { events } = await session.get(a.events.ids[0]);
    await until('the end', () => events.ended);
    assert.ok(events.messages.every(({ id, params }) => id === 'a' || params?.progressToken === 'pa'));
    for (const [who, id] of [[stranger, a.events.ids[0]], [session, 'nonsense'], [session, `${a.events.ids[0]}9`], [session, 'x.1']]) {
      const { status, message } = await who.get(id);
      assert.equal(status, 400, id);
      assert.equal(message.error.code, -32600);
    }
    await session.close();
    await stranger.close();
  });

  it('of a session itself are resumed, and the newest one wins', async () => {
    const session = await RawSession.open(url);
    const { events: first } = await session.get();
    await until('its beginning', () => first.ids.length);
    const { events: second } = await session.get(first.ids[0]);
    await until('the first one to end', () => first.ended);
    await count(session, 1, 1);
    const name = `grown_streams_${process.pid}`;
    await session.post({ id: 2, method: 'tools/call', params: { name: 'old.grow', arguments: { name } } });
    await until('the announcement', () => second.methods('notifications/tools/list_changed').length);
    assert.deepEqual(first.messages, []);
    await second.close();
    await session.close();
  });

  it('that are quiet for long stay open with comments', async () => {
    const quick = await Gateway.serve({ servers: { old: server.target }, limits: { keep_alive: '1s' } });
    try {
      const session = await RawSession.open(quick.url());
      const { events } = await session.post({ id: 1, method: 'tools/call', params: { name: 'old.hold', arguments: { key: 'k' } } });
      await until('a comment', () => events.comments > 0, 10_000);
      await session.post({ method: 'notifications/cancelled', params: { requestId: 1 } });
      await session.close();
    } finally {
      await quick.stop();
    }
  });
});
