// People log in: the official clients of both eras find the authorization server from the gateway's refusal, register, send their
// user through its pages, refresh what expires, and ask for more when they need more. The authorization server is a real one.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Guarded, POLICY } from './lib/guarded.mjs';
import { Load } from './lib/load.mjs';
import { LoggedIn, logIn, Person } from './lib/login.mjs';
import { connect } from './lib/peers.mjs';
import { pause, until } from './lib/wait.mjs';

const USERS = { alice: { roles: ['analyst'] }, bob: { roles: [] } };
const LIFETIME_S = 3;
const CALLS = 100;

const ways = {
  'SDK 1.x, sessions': (place) => ['legacy', { url: place.url }],
  'SDK 2.x, stateless': (place) => ['modern', { url: place.url }],
  'SDK 1.x, HTTP+SSE': (place) => ['legacy', place.sse]
};

describe('a login', { timeout: 120_000 }, () => {
  let place;
  before(async () => {
    place = await Guarded.open({ issuers: { corp: { users: USERS }, partner: { users: { carol: {} }, prefix: 'partner' } }, config: { policy: POLICY } });
  });
  after(() => place?.close());

  for (const [name, way] of Object.entries(ways)) {
    describe(name, () => {
      // RS-21, RS-22, RS-3, RS-6, SB-81
      it('begins with the refusal, asks for what is needed at first, and for more when it is', async () => {
        const person = new Person('alice', { refresh: false });
        const [era, target] = way(place);
        const peer = await LoggedIn.connect(era, target, person);
        try {
          assert.equal(person.registered, 1);
          assert.equal(person.authorization.get('resource'), place.resource);
          assert.equal(person.authorization.get('code_challenge_method'), 'S256');
          assert.match(person.asked[0], /^mcp\.read\b/);
          assert.ok(!person.asked[0].includes('mcp.write'));
          const tools = await peer.tools();
          assert.ok(tools.includes('web.echo') && tools.includes('web.count'), `he sees what he could do with one more scope: ${tools}`);
          assert.equal(await peer.call('pipe.echo', { text: 'hello' }), 'pipe: hello');
          if (target.transport === 'sse') return;  // This client does not step up over HTTP+SSE.
          assert.equal(await peer.call('web.count', { key: 'k', steps: 1 }), 'k counted to 1');
          assert.equal(person.asked.length, 2, 'the user consented twice');
          assert.deepEqual(person.asked[1].split(' ').sort(), ['mcp.read', 'mcp.write'], 'nothing that he had is lost');
          assert.equal(await peer.call('pipe.echo', { text: 'still' }), 'pipe: still');
        } finally {
          await peer.close();
        }
      });
    });
  }

  it('does not show what no consent would allow', async () => {
    const { access_token } = await logIn(place.issuers.corp, 'bob', place.resource);
    const peer = await connect('modern', { url: place.url, headers: { Authorization: `Bearer ${access_token}` } });
    try {
      const names = (await peer.tools()).map(({ name }) => name);
      assert.ok(names.includes('web.count') && !names.includes('web.hold'), `${names}`);
      await assert.rejects(peer.call('web.hold', {}), /unknown tool/i);
    } finally {
      await peer.close();
    }
  });

  it('works at two authorization servers at a time', async () => {
    const tokens = await Promise.all([logIn(place.issuers.corp, 'alice', place.resource), logIn(place.issuers.partner, 'carol', place.resource)]);
    const texts = await Promise.all(tokens.map(async ({ access_token }, n) => {
      const peer = await connect(n ? 'legacy' : 'modern', { url: place.url, headers: { Authorization: `Bearer ${access_token}` } });
      return peer.text('web.echo', { text: `${n}` }).finally(() => peer.close());
    }));
    assert.deepEqual(texts, ['web: 0', 'web: 1']);
  });
});

describe('a token that expires', { timeout: 120_000, concurrency: true }, () => {
  let place;
  before(async () => { place = await Guarded.open({ issuers: { corp: { users: USERS, lifetime: LIFETIME_S } } }); });
  after(() => place?.close());

  for (const [name, way] of Object.entries(ways).slice(0, 2)) {
    it(`is refreshed by ${name}`, async () => {
      const person = new Person('alice');
      const [era, target] = way(place);
      const peer = await LoggedIn.connect(era, target, person);
      try {
        const first = person.kept.access_token;
        await until('the client to refresh its token', async () => {
          assert.equal(await peer.call('web.echo', { text: 'again' }), 'web: again');
          await pause(200);
          return person.kept.access_token !== first;
        }, 3_000 * LIFETIME_S);
        assert.equal(person.asked.length, 1, 'the user was asked once');
      } finally {
        await peer.close();
      }
    });
  }

  // LG-23: there the stream is the connection, so it ends with the token, and the next one is refreshed.
  it('ends a connection over HTTP+SSE, and the next one has a new token', async () => {
    const person = new Person('alice');
    const peer = await LoggedIn.connect('legacy', place.sse, person);
    assert.equal(await peer.call('web.echo', { text: 'first' }), 'web: first');
    await until('the connection to end', () => peer.call('web.echo', { text: 'x' }).then(() => pause(200), () => true), 3_000 * LIFETIME_S);
    await peer.close();
    await until('a connection with a new token', async () => {
      const next = await LoggedIn.connect('legacy', place.sse, person);
      assert.equal(await next.call('web.echo', { text: 'second' }), 'web: second');
      await next.close();
      return person.refreshed === 1;
    });
    assert.equal(person.asked.length, 1, 'the user was asked once');
  });
});

describe('keys that change', { timeout: 120_000 }, () => {
  let place;
  before(async () => {
    place = await Guarded.open({ issuers: { corp: { users: USERS }, partner: { prefix: 'partner' } } });
  });
  after(() => place?.close());

  const connected = async (era, token) => connect(era, { url: place.url, headers: { Authorization: `Bearer ${token}` } });

  // T10
  it('refuse no good token, and nobody has to be told', async () => {
    const { corp, partner } = place.issuers;
    const peers = [
      await connected('legacy', (await logIn(corp, 'alice', place.resource)).access_token),
      await connected('modern', await partner.serviceToken(place.resource))
    ];
    const load = new Load(peers, 'web.echo', { gap: 2, echo: (text) => `web: ${text}` });
    await until('calls before the changes', () => load.outcomes.length > CALLS);
    for (const server of [corp, partner]) {
      await server.rotate();
      // Several at once: one of them fetches the keys for all.
      const fresh = await Promise.all(Array.from({ length: 8 }, () => server.serviceToken(place.resource)));
      const before = server.keyFetches;
      const newcomers = await Promise.all(fresh.map((token, index) => connected(index % 2 ? 'legacy' : 'modern', token)));
      for (const [index, peer] of newcomers.entries()) {
        assert.equal(await peer.text('web.echo', { text: `key ${index}` }), `web: key ${index}`);
        await peer.close();
      }
      assert.equal(server.keyFetches - before, 1, 'the keys were fetched once');
    }
    const during = load.outcomes.length;
    await until('calls after the changes', () => load.outcomes.length > 2 * during);
    const { calls, failures } = await load.stop();
    assert.deepEqual(failures.slice(0, 3), [], `${failures.length} of ${calls} calls`);
    for (const peer of peers) await peer.close();
  });
});
