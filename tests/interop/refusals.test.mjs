// What a refused client holds in hand when it asks the operator why: a name that the log knows, in every way of refusing, and of a limit
// which one it was (RS-34, RS-37).
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Gateway } from './lib/gateway.mjs';
import { createKey } from './lib/keys.mjs';
import { exchange, request } from './lib/raw_http.mjs';
import { ask, bearer, REVISIONS, session } from './lib/revisions.mjs';
import { fixture, startHttp } from './lib/servers.mjs';
import { until } from './lib/wait.mjs';
import { LegacyWire, MODERN, post } from './lib/wire.mjs';

const NAME = /^[0-9a-f]{16}$/;
const LIMIT = 'a\\name';
const OURS = ['x-request-id', 'ratelimit', 'ratelimit-policy', 'cache-control', 'retry-after'];
const echo = (url, revision, headers, options) => ask(url, revision, 'tools/call', { name: 'jira.echo', arguments: { text: 'x' } }, headers, options);

describe('a refusal has a name that the log knows', { timeout: 60_000 }, () => {
  let server;
  let gateway;
  let keys;

  before(async () => {
    server = await startHttp(fixture('modern_server.mjs'));
    gateway = await Gateway.serve({
      servers: { jira: { url: server.target.url } }, auth: { api_keys: { file: 'keys.yaml' } }, log: { level: 'debug' },
      policy: { rules: [{ id: 'all', what: { tools: ['echo'] } }, { id: 'few', what: { tools: ['count'] }, when: 'args.steps <= 3' }] },
      limits: { rates: [{ id: LIMIT, per: 'user', rate: '5/h', methods: 'tools/call' }], preauth: { free_failures: 3, backoff: '1m' } }
    }).catch((error) => { server.stop(); throw error; });
    keys = Object.fromEntries(REVISIONS.map((revision) => [revision, createKey(gateway, `of-${revision}`).key]));
    await until('the keys to be known', () => gateway.events.some(({ change, name }) => change === 'added' && name === `of-${MODERN}`));
  });
  after(async () => {
    await gateway?.stop();
    server?.stop();
  });

  const lines = (name) => gateway.events.filter((event) => event.request_id === name);
  /// The same name in header, body and a line of the log that `is` knows.
  async function named({ status, headers, messages: [{ error }] }, expected, is) {
    assert.equal(status, expected);
    const name = headers.get('x-request-id');
    assert.match(name, NAME);
    assert.equal(error.data.requestId, name);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.ok(await until(`a line about ${name}`, () => lines(name).find(is)));
    return { name, error };
  }

  it('without a credential, with a wrong one, with two', async () => {
    const names = new Set();
    for (const revision of REVISIONS) {
      names.add((await named(await echo(gateway.url(), revision), 401, ({ event }) => event === 'a credential is missing')).name);
      names.add((await named(await echo(gateway.url(), revision, bearer(`token-of-${revision}`)), 401, ({ event, kind }) => event === 'a credential was refused' && kind === 'invalid_credential')).name);
      names.add((await named(await echo(gateway.url(), revision, { ...bearer('a'), 'X-API-Key': 'b' }), 400, ({ kind }) => kind === 'bad_credential_form')).name);
    }
    assert.equal(names.size, 3 * REVISIONS.length, 'each its own');
  });

  it('what a client calls its request is not asked', async () => {
    const { name } = await named(await echo(gateway.url(), MODERN, { 'X-Request-Id': 'mine' }), 401, ({ event }) => event === 'a credential is missing');
    assert.notEqual(name, 'mine');
    assert.ok(!gateway.lines.some((line) => line.includes('"mine"')));
  });

  it('a large body that was not read', async () => {
    const head = `POST /mcp HTTP/1.1\r\nHost: ${new URL(gateway.base).host}\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n`;
    const { status, head: fields, body } = await exchange(gateway.base, head);
    assert.equal(status, 401);
    const [, name] = /^x-request-id: (.*)\r?$/im.exec(fields);
    assert.match(name, NAME);
    assert.match(fields, /^cache-control: no-store/im);
    assert.match(fields, /^x-content-type-options: nosniff/im);
    assert.equal(JSON.parse(body).error.data.requestId, name);
    await until('its line', () => lines(name).find(({ event }) => event === 'a large body was not read'));
  });

  for (const revision of REVISIONS.filter((one) => one !== '2024-11-05')) {
    it(`what a policy forbids, and more than a limit lets through, to a client of ${revision}`, async () => {
      const token = bearer(keys[revision]);
      const id = revision === MODERN ? {} : { session: await session(gateway.url(), revision, token) };
      const good = await echo(gateway.url(), revision, token, id);
      assert.equal(good.status, 200, good.text);
      for (const field of OURS) assert.equal(good.headers.get(field), null, `${field} of what is not refused`);

      const forbidden = await ask(gateway.url(), revision, 'tools/call', { name: 'jira.count', arguments: { steps: 4 } }, token, id);
      const { error } = await named(forbidden, 403, ({ event, error_kind }) => event === 'call' && error_kind === 'denied');
      assert.equal(error.data.gatehouse.reason, 'denied');
      assert.equal(forbidden.headers.get('ratelimit'), null);

      for (let n = 0; n < 3; ++n) assert.equal((await echo(gateway.url(), revision, token, id)).status, 200);
      const refused = await echo(gateway.url(), revision, token, id);
      const { name, error: { data } } = await named(refused, 429, ({ event, error_kind }) => event === 'call' && error_kind === 'throttled');
      assert.equal(lines(name).filter(({ event, limit }) => event === 'limit refuses' && limit === LIMIT).length, 1);
      assert.deepEqual([data.limit, data.quota, data.windowMs], [LIMIT, 5, 3_600_000]);
      assert.equal(refused.headers.get('ratelimit-policy'), '"a\\\\name";q=5;w=3600');
      const wait = refused.headers.get('retry-after');
      assert.equal(refused.headers.get('ratelimit'), `"a\\\\name";r=0;t=${wait}`);
      assert.equal(Number(wait), Math.ceil(data.retryAfterMs / 1000));

      const again = await named(await echo(gateway.url(), revision, token, id), 429, ({ event, error_kind }) => event === 'call' && error_kind === 'throttled');
      assert.equal(lines(again.name).length, 1, 'the line about the limit comes once a minute, the one about the call each time');
    });
  }

  it('pages of browsers may read it', async () => {
    const reply = await echo(gateway.url(), MODERN, { Origin: 'http://localhost:5173' });
    assert.match(reply.headers.get('x-request-id'), NAME);
    const readable = reply.headers.get('access-control-expose-headers').split(', ');
    for (const name of ['X-Request-Id', 'RateLimit', 'RateLimit-Policy', 'Retry-After']) assert.ok(readable.includes(name), name);
  });

  it('who guesses a key and has to wait', async () => {
    const guess = () => echo(gateway.url(), MODERN, bearer('gatek_live_aaaaaaaaaaaa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_000000'));
    let reply = await guess();
    const names = [];
    while (reply.status === 401 && names.length < 10) {
      names.push((await named(reply, 401, ({ event }) => event === 'a credential was refused')).name);
      reply = await guess();
    }
    assert.equal(reply.status, 429);
    assert.match(reply.headers.get('x-request-id'), NAME);
    assert.equal(reply.messages[0].error.data.requestId, reply.headers.get('x-request-id'));
    assert.equal(reply.headers.get('cache-control'), 'no-store');
    assert.equal(reply.headers.get('ratelimit'), null, 'how many guesses there are is nobody\'s business');
    assert.ok(gateway.events.some(({ event, request_id }) => event === 'wrong credentials' && NAME.test(request_id)));
  });
});

describe('a refusal where there are no headers of its own', { timeout: 60_000 }, () => {
  let server;
  before(async () => { server = await startHttp(fixture('modern_server.mjs')); });
  after(() => server?.stop());

  it('a network that sends too much hears of it before its body is read', async () => {
    const gateway = await Gateway.serve({ servers: { jira: { url: server.target.url } }, limits: { preauth: { rate: '3/h' } } });
    try {
      const send = () => exchange(gateway.base, request(gateway.base, '/mcp', ['Content-Type: application/json'], '{}'));
      let reply = await send();
      for (let n = 0; n < 5 && reply.status !== 429; ++n) reply = await send();
      assert.equal(reply.status, 429);
      const field = (name) => new RegExp(`^${name}: (.*?)\\r?$`, 'im').exec(reply.head)?.[1];
      assert.equal(field('cache-control'), 'no-store');
      assert.equal(field('ratelimit-policy'), '"preauth";q=3;w=3600');
      assert.equal(field('ratelimit'), `"preauth";r=0;t=${field('retry-after')}`);
      const { data } = JSON.parse(reply.body).error;
      assert.equal(data.requestId, field('x-request-id'));
      await until('its line', () => gateway.events.find(({ event, request_id }) => event === 'network sends too much' && request_id === data.requestId));
    } finally {
      await gateway.stop();
    }
  });

  it('the answers of a batch have their names in the body', async () => {
    const gateway = await Gateway.serve({ servers: { jira: { url: server.target.url } }, limits: { rates: [{ id: 'one', per: 'user', rate: '1/h' }] } });
    try {
      const wire = await LegacyWire.connect(gateway.url(), { version: '2025-03-26' });
      const calls = [1, 2, 3].map((id) => wire.request('tools/call', { name: 'jira.echo', arguments: { text: 'x' } }, id));
      const { status, headers, messages } = await post(gateway.url(), calls, wire.allHeaders);
      assert.equal(status, 200);
      assert.equal(headers.get('x-request-id'), null);
      const names = messages.filter(({ error }) => error).map(({ error }) => error.data.requestId);
      assert.equal(new Set(names).size, 2);
      for (const name of names) await until('its line', () => gateway.events.find(({ event, request_id }) => event === 'call' && request_id === name));
    } finally {
      await gateway.stop();
    }
  });
});
