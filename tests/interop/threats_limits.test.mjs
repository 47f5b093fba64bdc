// Threats to limits, each named by its number in the threat model: guessing credentials, and getting more than one may by looking like
// many. What limits count exactly is tested beside them (gateway/ratelimit, gateway/app/wary_authenticator_test.cpp).
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Guarded } from './lib/guarded.mjs';
import { createKey } from './lib/keys.mjs';
import { exchange, request } from './lib/raw_http.mjs';
import { ask, bearer, inRevision, REVISIONS, session } from './lib/revisions.mjs';
import { MODERN } from './lib/wire.mjs';
import { until } from './lib/wait.mjs';

const BURST = 10;

/// Everything that a client can vary about itself.
const disguises = (n) => ({
  'X-Forwarded-For': `10.0.0.${n}`, 'X-Real-IP': `10.0.0.${n}`, Forwarded: `for=10.0.0.${n}`, 'User-Agent': `client ${n}`, 'X-Request-Id': `${n}`, 'Mcp-Session-Id': `guess-${n}`, Cookie: `id=${n}`,
  'X-Client-Id': `${n}`, traceparent: `00-${String(n).padStart(32, '1')}-${String(n).padStart(16, '1')}-01`
});

describe('T46: getting around a limit', { timeout: 120_000 }, () => {
  let place;
  before(async () => {
    place = await Guarded.open({
      issuers: { corp: { users: { alice: {} } } },
      config: { auth: { api_keys: { file: 'keys.yaml' } }, limits: { rates: [{ id: 'each', per: 'user', rate: `${BURST}/h`, max_keys: 100 }, { id: 'one', per: ['user', 'session'], rate: '1000/m' }] } }
    });
  });
  after(() => place?.close());

  const echo = (revision, headers, options) => ask(place.url, revision, 'tools/call', { name: 'web.echo', arguments: { text: 'x' } }, headers, options);

  it('does not work with sessions, revisions, headers, tokens or clients', async () => {
    const { corp } = place.issuers;
    const asked = [];
    for (let n = 0; n < 40; ++n) {
      // A token of its own each time, with another client and login, in another session of another revision: still the same person.
      const token = bearer(await corp.mint(place.resource, { sub: 'one person', client_id: `client-${n}`, sid: `login-${n}` }));
      const revision = REVISIONS[n % REVISIONS.length];
      const id = revision === MODERN ? undefined : await session(place.url, revision, token);
      asked.push(echo(revision, { ...disguises(n), ...token, ...id && { 'Mcp-Session-Id': id } }));
    }
    const replies = await Promise.all(asked);
    assert.equal(replies.filter(({ status, messages }) => status === 200 && messages.at(-1).result).length, BURST);
    for (const { status, headers, text } of replies.filter(({ status }) => status !== 200)) {
      assert.equal(status, 429, text);
      assert.match(headers.get('retry-after'), /^\d+$/);
      assert.equal(headers.get('www-authenticate'), null);
    }
  });

  // RS-104: an element of a batch counts like a request.
  it('does not work with a batch', async () => {
    const token = bearer(await place.issuers.corp.mint(place.resource, { sub: 'batcher' }));
    const id = await session(place.url, '2025-03-26', token);
    const calls = Array.from({ length: 3 * BURST }, (_, n) => ({ jsonrpc: '2.0', id: n, method: 'tools/call', params: { name: 'web.echo', arguments: { text: 'x' } } }));
    const reply = await fetch(place.url, { method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', 'Mcp-Session-Id': id, ...token }, body: JSON.stringify(calls) });
    const text = await reply.text();
    assert.equal([...text.matchAll(/web: x/g)].length, BURST);
    assert.equal([...text.matchAll(/-31007/g)].length, 2 * BURST);
  });

  it('does not work with so many others that the limit forgets', async () => {
    const { corp } = place.issuers;
    const token = bearer(await corp.mint(place.resource, { sub: 'hoarder' }));
    const calls = async (count, headers) => (await Promise.all(Array.from({ length: count }, () => echo(MODERN, headers)))).filter(({ status }) => status === 200).length;
    assert.equal(await calls(2 * BURST, token), BURST);
    for (let n = 0; n < 30; ++n) await Promise.all(Array.from({ length: 10 }, async (_, m) => echo(MODERN, bearer(await corp.mint(place.resource, { sub: `crowd-${n}-${m}` })))));
    assert.ok(await calls(2 * BURST, token) <= 1, 'who is not known begins without a burst');
  });
});

describe('T16: guessing keys', { timeout: 60_000 }, () => {
  let place;
  let key;
  before(async () => {
    place = await Guarded.open({ config: { auth: { api_keys: { file: 'keys.yaml' } }, limits: { preauth: { free_failures: 3, backoff: '30s', max_backoff: '1m' } } } });
    key = createKey(place.gateway, 'one').key;
    await until('the key to be known', () => place.gateway.events.some(({ change }) => change === 'added'));
  });
  after(() => place?.close());

  const { body, headers } = inRevision(MODERN, 'tools/list');
  const lines = ['Content-Type: application/json', 'Accept: application/json', ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  const listed = (from, token) => exchange(place.gateway.base, request(place.gateway.base, '/mcp', [...lines, `Authorization: Bearer ${token}`], JSON.stringify(body)), { from });

  it('has to wait longer and longer, wherever the guesses are right, and only where they come from', async () => {
    const [prefix, environment, id] = key.split('_');
    const guess = (n) => [prefix, environment, id, String(n).padStart(43, 'a'), 'aaaaaa'].join('_');
    const guesses = [];
    for (let n = 0; n < 8; ++n) guesses.push(await listed('127.0.0.5', guess(n)));
    assert.deepEqual(guesses.slice(0, 3).map(({ status }) => status), [401, 401, 401]);
    assert.equal(guesses.at(-1).status, 429);
    assert.match(guesses.at(-1).head, /retry-after: \d+/i);
    assert.equal((await listed('127.0.0.9', key)).status, 200, 'its owner is not locked out');
    const unknown = [];
    for (let n = 0; n < 8; ++n) unknown.push(await listed('127.0.0.6', [prefix, environment, 'bbbbbbbbbbbb', String(n).padStart(43, 'a'), 'aaaaaa'].join('_')));
    assert.deepEqual(unknown.map(({ status }) => status), guesses.map(({ status }) => status), 'a key that does not exist behaves alike');
    const stable = ({ text }) => text.replaceAll(/(date|retry-after|x-request-id): .*/gi, '').replaceAll(/in \d+ s|"retryAfterMs":\d+|"requestId":"[^"]*"/g, '');
    assert.deepEqual(unknown.map(stable), guesses.map(stable));
  });
});

