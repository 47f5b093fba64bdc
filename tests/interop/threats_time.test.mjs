// Threats that take their time: authorization servers that go away, tokens and roles that end while something still runs, floods of
// what is no token. Each test has its number in the threat model.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { SignJWT } from 'jose';
import { GATEWAY } from './fixtures/authorization_server.mjs';
import { Guarded, POLICY } from './lib/guarded.mjs';
import { Load } from './lib/load.mjs';
import { logIn } from './lib/login.mjs';
import { connect } from './lib/peers.mjs';
import { ask, bearer, first, inRevision, LEGACY, REVISIONS, session, stream } from './lib/revisions.mjs';
import { fixture, startHttp } from './lib/servers.mjs';
import { MODERN, open, post } from './lib/wire.mjs';
import { until } from './lib/wait.mjs';

const USERS = { alice: { roles: ['analyst'] }, bob: { roles: [] } };
const ENDS_MS = 3_000;            // A stream is looked at every second.
const FLOOD = 3_000;
const FAILURES = 300;             // a minute: the default of limits.preauth.failures
const SOCKETS = 16;

const status = async (place, token) => (await first(place.url, MODERN, bearer(token))).status;

/// A stream of each kind that there is: {revision: stream}.
async function streams(place, token) {
  const all = await Promise.all([...LEGACY.slice(1), MODERN].map(async (revision) => [revision, await stream(place.url, revision, bearer(token))]));
  return new Map([...all, ['HTTP+SSE', await open(place.at('/mcp/sse'), undefined, bearer(token))]]);
}

describe('T9: a flood of key names', { timeout: 120_000 }, () => {
  let place;
  before(async () => { place = await Guarded.open(); });
  after(() => place?.close());

  it('has the keys fetched once, and does not keep anybody out', async () => {
    const { corp } = place.issuers;
    assert.equal(await status(place, await corp.serviceToken(place.resource)), 200);
    const before = corp.keyFetches;
    const [head, claims, signature] = (await corp.mint(place.resource)).split('.');
    const named = (kid) => [Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(head, 'base64url')), kid })).toString('base64url'), claims, signature].join('.');
    for (let n = 0; n < 10; ++n) {
      const answers = await Promise.all(Array.from({ length: 50 }, (_, m) => status(place, named(`guess-${n}-${m}`))));
      for (const answer of answers) assert.ok([401, 429, 503].includes(answer), answer);
    }
    assert.ok(corp.keyFetches - before <= 1, `${corp.keyFetches - before} fetches`);
  });
});

describe('T11: an authorization server that is gone', { timeout: 120_000 }, () => {
  let place;
  before(async () => { place = await Guarded.open({ issuers: { corp: { users: USERS }, other: { prefix: 'other' } } }); });
  after(() => place?.close());

  it('is not needed for keys that are known, and hurts nobody else', async () => {
    const { corp, other } = place.issuers;
    const token = await corp.serviceToken(place.resource);
    const fresh = await corp.mint(place.resource, { sub: 'later' });
    assert.equal(await status(place, token), 200);
    await corp.rotate();
    const unknown = await corp.serviceToken(place.resource);
    await corp.pause();
    try {
      assert.equal(await status(place, token), 200, 'a token that was seen');
      assert.equal(await status(place, fresh), 200, 'a token that was not, with a key that was');
      const reply = await first(place.url, MODERN, bearer(unknown));
      assert.equal(reply.status, 503, 'a key that cannot be asked for: nobody knows whether the token is good');
      const wait = Number(reply.headers.get('retry-after'));
      assert.ok(wait >= 1 && wait <= 30, `${wait}`);
      assert.equal(reply.headers.get('www-authenticate'), null, 'a client must not throw its token away');
      assert.equal(await status(place, await other.serviceToken(place.resource)), 200, 'the other one is there');
    } finally {
      await corp.resume();
    }
  });

  it('keeps nobody from starting', async () => {
    const { corp, other } = place.issuers;
    await corp.pause();
    let late;
    try {
      late = await place.again();
      const at = (token) => first(late.url(), MODERN, bearer(token));
      const reply = await at(await corp.mint(place.resource));
      assert.equal(reply.status, 503, 'never fetched: neither good nor bad');
      assert.equal((await at(await other.serviceToken(place.resource))).status, 200);
      assert.equal((await first(late.url(), MODERN)).status, 401);
      await corp.resume();
      await until('the keys to be fetched', async () => (await at(await corp.mint(place.resource))).status === 200, 40_000);
    } finally {
      if (!corp.http.listening) await corp.resume();
      await late?.stop();
    }
  });
});

describe('T43, T44: what outlives a token or a role', { timeout: 120_000 }, () => {
  let place;
  before(async () => {
    place = await Guarded.open({
      issuers: { corp: { users: USERS }, quick: { users: USERS, lifetime: 2, prefix: 'quick' } }, trusts: { corp: { logout_audiences: ['gatehouse'] } }, config: { policy: POLICY }
    });
  });
  after(() => place?.close());

  describe('T44: a token that expires', { concurrency: true }, () => {
    // RS-99
    it('ends streams of every revision', async () => {
      const began = Date.now();
      const all = await streams(place, await place.issuers.quick.serviceToken(place.resource));
      for (const [revision, one] of all) assert.equal(one.status, 200, revision);
      for (const [revision, one] of all) await until(`the stream of ${revision} to end`, () => one.ended, 2_000 + ENDS_MS);
      assert.ok(Date.now() - began >= 1_000, 'they lived as long as it');
    });

    // RS-100
    it('lets a call that runs go on to its end', async () => {
      const reply = await ask(place.url, MODERN, 'tools/call', { name: 'web.hold', arguments: { key: 'slow', ms: 3_500 } }, bearer(await place.issuers.quick.mint(place.resource, { roles: ['analyst'] })));
      assert.match(reply.text, /slow/);
    });
  });

  const logout = async (claims) => {
    const { corp } = place.issuers;
    const now = Math.floor(Date.now() / 1000);
    const token = await new SignJWT({ iss: corp.issuer, aud: 'gatehouse', iat: now, exp: now + 60, jti: crypto.randomUUID(), events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, ...claims })
      .setProtectedHeader({ alg: corp.key.alg, kid: corp.key.jwk.kid, typ: 'logout+jwt' }).sign(corp.key.privateKey);
    const reply = await fetch(place.at('/oidc/logout'), { method: 'POST', body: new URLSearchParams({ logout_token: token }) });
    return reply.status;
  };

  for (const [what, claims] of [['a login', ({ sid }) => ({ sid })], ['a person', ({ sub }) => ({ sub })]]) {
    it(`T43: the end of ${what} ends tokens and streams`, async () => {
      const { corp } = place.issuers;
      const [alice, bob] = (await Promise.all(['alice', 'bob'].map((name) => logIn(corp, name, place.resource)))).map(({ access_token }) => access_token);
      const hers = await streams(place, alice);
      const his = await streams(place, bob);
      assert.equal(await logout(claims(JSON.parse(Buffer.from(alice.split('.')[1], 'base64url')))), 200);
      for (const revision of REVISIONS) assert.equal((await first(place.url, revision, bearer(alice))).status, 401, revision);
      for (const [revision, one] of hers) await until(`her stream of ${revision} to end`, () => one.ended, ENDS_MS);
      for (const [revision, one] of his) {
        assert.ok(!one.ended, `his stream of ${revision} goes on`);
        await one.close();
      }
      assert.equal(await status(place, bob), 200);
    });
  }

  it('T43: a role that the policy gives no more shows at once, in lists and calls', async () => {
    const token = (await logIn(place.issuers.corp, 'bob', place.resource)).access_token;
    const names = async () => (await ask(place.url, MODERN, 'tools/list', {}, bearer(token))).messages.at(-1).result.tools.map(({ name }) => name);
    const mapping = { issuer: place.issuers.corp.issuer, claim: 'sub', any_of: ['bob'], grant: ['analyst'] };
    const rules = POLICY.rules.map((rule) => rule.id === 'analysts' ? { ...rule, who: undefined, when: 'principal.subject == "bob"' } : rule);
    assert.ok(!(await names()).includes('web.talk'), JSON.stringify(mapping));
    place.gateway.configure({ ...place.settings, policy: { ...POLICY, rules } });
    await until('the rule to count', async () => (await names()).includes('web.talk'));
    const listening = await stream(place.url, MODERN, bearer(token));
    place.gateway.configure(place.settings);
    await until('it to be gone', async () => !(await names()).includes('web.talk'));
    await listening.next(({ method }) => method === 'notifications/tools/list_changed', 'he is told');
    await listening.close();
    const reply = await ask(place.url, MODERN, 'tools/call', { name: 'web.talk', arguments: { key: 'x' } }, bearer(token));
    assert.match(reply.text, /unknown tool/i);
  });
});

describe('T43: a session that goes on with less', { timeout: 60_000 }, () => {
  let place;
  let web;
  before(async () => {
    web = await startHttp(fixture('modern_server.mjs'));
    const rules = [
      { id: 'all', what: { tools: ['touch'], resources: ['fixture://bulk/00'] } },
      { id: 'analysts', who: { roles: ['analyst'] }, what: { resources: ['fixture://text'] } }
    ];
    place = await Guarded.open({ config: { servers: { web: web.target }, policy: { default: 'deny', rules } } });
  });
  after(async () => {
    try {
      await place?.close();
    } finally {
      web?.stop();
    }
  });

  // RS-99
  it('is not told of what it may not see any more', async () => {
    const revision = '2025-11-25';
    const [more, less] = await Promise.all([['analyst'], []].map((roles) => place.issuers.corp.mint(place.resource, { roles })));
    const id = await session(place.url, revision, bearer(more));
    const send = (token, method, params) => ask(place.url, revision, method, params, bearer(token), { session: id });
    const uris = (await send(more, 'resources/list', {})).messages.at(-1).result.resources.map(({ uri }) => uri);
    const [text, bulk] = ['text', 'bulk/00'].map((end) => uris.find((uri) => uri.endsWith(end)));
    for (const uri of [text, bulk]) assert.ok((await send(more, 'resources/subscribe', { uri })).messages.at(-1).result, uri);
    const one = await open(place.url, undefined, { 'Mcp-Session-Id': id, 'MCP-Protocol-Version': revision, ...bearer(less) });
    const told = (uri) => one.messages.filter(({ method, params }) => method === 'notifications/resources/updated' && params.uri === uri).length;
    const touch = async (token, ...all) => {
      for (const uri of all) assert.ok((await send(token, 'tools/call', { name: 'web.touch', arguments: { uri: uri.slice(uri.indexOf('fixture:')) } })).messages.at(-1).result, uri);
    };
    await touch(more, text);
    await until('the update', () => told(text) === 1, ENDS_MS);
    await touch(less, text, bulk);
    await until('the other update', () => told(bulk) === 1, ENDS_MS);
    assert.equal(told(text), 1);
    await one.close();
  });
});

describe('T43: opaque tokens', { timeout: 120_000 }, () => {
  let place;
  before(async () => {
    place = await Guarded.open({
      issuers: { corp: { users: USERS, opaque: true } },
      trusts: { corp: { introspection: { client_id: GATEWAY.client_id, client_secret: GATEWAY.client_secret } } }, config: { policy: POLICY }
    });
  });
  after(() => place?.close());

  it('are asked about, once for many, and say as much as others', async () => {
    const { corp } = place.issuers;
    const { access_token } = await logIn(corp, 'alice', place.resource);
    assert.ok(!access_token.includes('.'));
    const before = corp.requests.filter((line) => line === 'POST /token/introspection').length;
    const all = await Promise.all(Array.from({ length: 20 }, () => ask(place.url, MODERN, 'tools/list', {}, bearer(access_token))));
    for (const { status, messages } of all) {
      assert.equal(status, 200);
      assert.ok(messages.at(-1).result.tools.some(({ name }) => name === 'web.hold'), 'her role is known');
    }
    assert.equal(corp.requests.filter((line) => line === 'POST /token/introspection').length - before, 1);
    assert.equal(await status(place, 'not-a-token-of-anybody'), 401);
  });

  it('that were taken back are not good any more', async () => {
    const { corp } = place.issuers;
    const { access_token, client_id } = await logIn(corp, 'alice', place.resource);
    const revoked = await fetch(`${corp.issuer}/token/revocation`, { method: 'POST', body: new URLSearchParams({ token: access_token, client_id }) });
    assert.ok(revoked.ok, await revoked.text());
    assert.equal(await status(place, access_token), 401);
  });

  it('that cannot be asked about are neither good nor bad', async () => {
    const { corp } = place.issuers;
    const { access_token } = await logIn(corp, 'alice', place.resource);
    await corp.pause();
    try {
      const reply = await first(place.url, MODERN, bearer(access_token));
      assert.equal(reply.status, 503, reply.text);
      assert.match(reply.headers.get('retry-after'), /^\d+$/);
    } finally {
      await corp.resume();
    }
    await until('the answer', async () => await status(place, access_token) === 200, 40_000);
  });
});

describe('T47: a flood of bad tokens', { timeout: 120_000 }, () => {
  let place;
  before(async () => { place = await Guarded.open(); });
  after(() => place?.close());

  /// Requests with a bad token each, from another address.
  async function flood(count) {
    const { corp } = place.issuers;
    const agent = new http.Agent({ keepAlive: true, maxSockets: SOCKETS, localAddress: '127.0.0.2' });
    const { body, headers } = inRevision(MODERN, 'tools/list');
    const [head, claims] = (await corp.mint(place.resource)).split('.');
    const answers = {};
    await Promise.all(Array.from({ length: count }, (_, n) => new Promise((resolve) => {
      const signature = Buffer.alloc(64, `${n}`).toString('base64url');
      const bad = n % 10 === 0 ? 'x'.repeat(16_000) : `${head}.${claims}.${signature}`;
      http.request(place.gateway.url(), { method: 'POST', agent, headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers, ...bearer(bad) } }, (answer) => {
        answers[answer.statusCode] = (answers[answer.statusCode] ?? 0) + 1;
        answer.resume().on('close', resolve);
      }).on('error', () => resolve()).end(JSON.stringify(body));
    })));
    agent.destroy();
    return answers;
  }

  // RS-44
  it('a large body that comes without a credential is not waited for', async () => {
    const begin = (headers) => new Promise((resolve, reject) => {
      const sent = http.request(place.gateway.url(), { method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers } }, (answer) => {
        resolve(answer);
        sent.destroy();
      });
      sent.on('error', reject).setTimeout(5_000, () => reject(new Error('no answer before the body')));
      sent.flushHeaders();
    });
    const large = { 'Content-Length': 3_000_000 };
    for (const body of [large, { 'Transfer-Encoding': 'chunked' }]) {
      const nobody = await begin(body);
      assert.equal(nobody.statusCode, 401);
      assert.match(nobody.headers['www-authenticate'], /^Bearer resource_metadata="/);
      assert.equal(nobody.headers['cache-control'], 'no-store');
      assert.equal((await begin({ ...body, 'X-API-Key': 'gatek_live_x' })).statusCode, 401, 'nobody judges keys here');
    }
    const token = await place.issuers.corp.mint(place.resource);
    assert.equal((await begin({ ...large, ...bearer(token), 'X-API-Key': 'x' })).statusCode, 400);
    const text = JSON.stringify(inRevision(MODERN, 'tools/call', { name: 'web.echo', arguments: { text: 'x'.repeat(200_000) } }).body);
    const { headers } = inRevision(MODERN, 'tools/call', { name: 'web.echo' });
    assert.equal((await post(place.url, text, { ...headers, ...bearer(token) })).status, 200, 'and one that comes with a good one is');
  });

  const verifications = async () => {
    const { url } = place.gateway.events.find(({ event, msg }) => (event ?? msg) === 'admin listening');
    const line = (await (await fetch(`${url}/metrics`)).text()).split('\n').find((one) => one.startsWith('gatehouse_token_verifications_total'));
    return Number(line.split(' ').at(-1));
  };

  it('keeps nobody else out', async () => {
    const { corp } = place.issuers;
    const peers = await Promise.all([connect('modern', { url: place.url, headers: bearer(await corp.serviceToken(place.resource)) }),
      connect('legacy', { url: place.url, headers: bearer((await logIn(corp, 'alice', place.resource)).access_token) })]);
    const load = new Load(peers, 'web.echo', { gap: 2, echo: (text) => `web: ${text}` });
    const before = load.outcomes.length;
    const [verified, began] = [await verifications(), Date.now()];
    const answers = await flood(FLOOD);
    const most = FAILURES + FAILURES / 60 * Math.ceil((Date.now() - began) / 1000) + SOCKETS;
    assert.ok(await verifications() - verified <= most, `more than ${most} of ${FLOOD} were looked into`);
    const during = load.outcomes.length - before;
    assert.equal(await status(place, await corp.mint(place.resource, { sub: 'newcomer' })), 200, 'nor somebody new, from elsewhere');
    const { calls, failures } = await load.stop();
    assert.deepEqual(failures.slice(0, 3), []);
    assert.ok(during > 20, `${during} of ${calls} calls`);
    assert.ok(!answers[200] && !answers[503] && !answers[500], JSON.stringify(answers));
    assert.ok(answers[429] > answers[401], `most of it is not even looked at: ${JSON.stringify(answers)}`);
    for (const peer of peers) await peer.close();
    assert.equal((await post(place.url, {})).status, 401);
  });
});
