// Threats to what a caller may see and call, each named by its number in the threat model. What the policy itself decides is tested
// beside it (gateway/policy); this is about what goes around it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Hostile, WAYS } from './fixtures/hostile_server.mjs';
import { Gateway } from './lib/gateway.mjs';
import { Guarded, POLICY } from './lib/guarded.mjs';
import { logIn } from './lib/login.mjs';
import { ask, bearer, REVISIONS, session } from './lib/revisions.mjs';
import { MODERN, post } from './lib/wire.mjs';

const ONLY_ECHO = { default: 'deny', rules: [{ id: 'echo', what: { servers: ['hostile'], tools: ['echo'] } }] };

describe('T38: a server that hides tools from the filter', { timeout: 120_000, concurrency: 4 }, () => {
  for (const way of Object.keys(WAYS)) {
    it(way, async () => {
      const server = await new Hostile(way).start();
      let gateway;
      try {
        gateway = await Gateway.serve({ servers: { hostile: { url: server.url } }, policy: ONLY_ECHO });
        for (const revision of REVISIONS) {
          const id = revision === MODERN ? undefined : await session(gateway.url(), revision);
          const listed = await ask(gateway.url(), revision, 'tools/list', {}, {}, { session: id });
          assert.ok(!/secret/i.test(listed.text), `${revision}: ${listed.text}`);
          for (const { name } of listed.messages.at(-1).result?.tools ?? []) assert.equal(name, 'hostile.echo');
          const unknown = await ask(gateway.url(), revision, 'tools/call', { name: 'hostile.nothing', arguments: {} }, {}, { session: id });
          for (const name of ['secret', 'Secret', 'secret ', 's\u0435cret', 'echo.secret']) {
            const asked = { name: `hostile.${name}`, arguments: {} };
            if (revision === MODERN && /[^\x21-\x7e]/.test(name)) continue;  // Its header could not say so.
            const refused = await ask(gateway.url(), revision, 'tools/call', asked, {}, { session: id });
            assert.equal(refused.status, unknown.status, `${revision} ${name}: ${refused.text}`);
            assert.equal(refused.messages.at(-1).error?.code, unknown.messages.at(-1).error?.code, refused.text);
          }
        }
        assert.deepEqual(server.called, [], 'it does not hear of them');
        if (way !== 'a plain answer') return;
        const reply = await ask(gateway.url(), MODERN, 'tools/call', { name: 'hostile.echo', arguments: {} });
        assert.equal(reply.messages.at(-1).result?.content[0].text, 'echo', 'what is allowed is there');
      } finally {
        await gateway?.stop();
        await server.close();
      }
    });
  }
});

describe('T45: what is kept for many', { timeout: 120_000 }, () => {
  let place;
  const USERS = { alice: { roles: ['analyst'] }, bob: { roles: [] }, carol: { roles: ['analyst'] } };
  const MAY = {
    alice: ['count', 'echo', 'hold', 'talk'], bob: ['count', 'echo'], carol: ['count', 'echo', 'hold', 'talk'],
    robot: ['echo']               // It has one scope and cannot consent to another.
  };
  before(async () => { place = await Guarded.open({ issuers: { corp: { users: USERS } }, config: { policy: POLICY } }); });
  after(() => place?.close());

  it('is never shown to somebody else, whoever asks first', async () => {
    const { corp } = place.issuers;
    const tokens = Object.fromEntries(await Promise.all(['alice', 'bob', 'carol'].map(async (name) => [name, (await logIn(corp, name, place.resource)).access_token])));
    tokens.robot = await corp.serviceToken(place.resource, { scope: 'mcp.read' });
    const sessions = {};
    for (const [name, token] of Object.entries(tokens)) {
      for (const revision of REVISIONS) if (revision !== MODERN) sessions[name + revision] = await session(place.url, revision, bearer(token));
    }
    const names = Object.keys(tokens);
    const rounds = Array.from({ length: 200 }, (_, n) => [names[(n * 7 + (n >> 3)) % names.length], REVISIONS[n % REVISIONS.length]]);
    const bytes = {};
    await Promise.all(rounds.map(async ([name, revision]) => {
      const { status, messages } = await ask(place.url, revision, 'tools/list', {}, bearer(tokens[name]), { session: sessions[name + revision], id: 1 });
      assert.equal(status, 200);
      const { result } = messages.at(-1);
      const own = result.tools.map((tool) => tool.name).filter((tool) => tool.startsWith('web.')).map((tool) => tool.slice(4)).sort();
      assert.deepEqual(own, MAY[name], `${name} ${revision}`);
      if (revision === MODERN) {  // RS-94
        assert.equal(result.cacheScope, 'private');
        assert.ok(result.ttlMs <= 30_000, `${result.ttlMs}`);
      }
      const key = `${MAY[name]} ${revision}`;
      bytes[key] ??= JSON.stringify(result);
      assert.equal(JSON.stringify(result), bytes[key], 'P5: who may the same sees the same');
    }));
  });

  it('does not answer a call of somebody who may not make it', async () => {
    const { corp } = place.issuers;
    const [alice, bob] = await Promise.all(['alice', 'bob'].map(async (name) => (await logIn(corp, name, place.resource)).access_token));
    for (const revision of REVISIONS) {
      const call = async (token) => {
        const id = revision === MODERN ? undefined : await session(place.url, revision, bearer(token));
        return ask(place.url, revision, 'tools/call', { name: 'web.talk', arguments: { key: `for ${revision}` } }, bearer(token), { session: id });
      };
      assert.match((await call(alice)).text, new RegExp(`for ${revision}`));
      const before = place.servers.received('web', 'tools/call').length;
      const refused = await call(bob);
      assert.equal(refused.messages.at(-1).error.code, -32602, refused.text);
      assert.equal(place.servers.received('web', 'tools/call').length, before, 'the server does not hear of it');
    }
  });

  // RS-104
  it('is judged call by call in a batch', async () => {
    const token = (await logIn(place.issuers.corp, 'bob', place.resource)).access_token;
    const id = await session(place.url, '2025-03-26', bearer(token));
    const calls = ['echo', 'talk', 'count'].map((name, n) => ({ jsonrpc: '2.0', id: n, method: 'tools/call', params: { name: `web.${name}`, arguments: { text: 'x', key: 'x', steps: 1 } } }));
    const { status, messages } = await post(place.url, calls, { 'Mcp-Session-Id': id, ...bearer(token) });
    assert.equal(status, 200);
    const by = Object.fromEntries(messages.map((one) => [one.id, one]));
    assert.equal(by[0].result.content[0].text, 'web: x');
    assert.equal(by[1].error.code, -32602, JSON.stringify(by[1]));
    assert.equal(by[2].error.code, -31014, JSON.stringify(by[2]));
  });
});

describe('T42: arguments that can be read in two ways', { timeout: 60_000 }, () => {
  it('are not passed on when a rule looks at them', async () => {
    const rules = [{ id: 'small', what: { tools: ['echo'] }, when: 'args.amount <= 1000 && args.text == "ok"' }];
    const place = await Guarded.open({ config: { policy: { default: 'deny', rules } } });
    try {
      const token = bearer(await place.issuers.corp.serviceToken(place.resource));
      const id = await session(place.url, '2025-06-18', token);
      const call = (args) => post(place.url, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"web.echo","arguments":${args}}}`,
        { 'Mcp-Session-Id': id, 'MCP-Protocol-Version': '2025-06-18', ...token });
      assert.match((await call('{"amount":1000,"text":"ok"}')).text, /web: ok/);
      assert.deepEqual(place.servers.received('web', 'tools/call').at(-1).received.params.arguments, { amount: 1000, text: 'ok' }, 'what was judged is what is sent');
      const before = place.servers.received('web', 'tools/call').length;
      const tricks = [
        '{"amount":1001,"text":"ok"}', '{"amount":"1000","text":"ok"}', '{"amount":[1],"text":"ok"}', '{"amount":1e9,"text":"ok"}', '{"text":"ok"}', '{"amount":null,"text":"ok"}',
        '{"amount":1,"amount":5000,"text":"ok"}', '{"amount":5000,"amount":1,"text":"ok"}', '{"amount":1,"Amount":5000,"text":"ok"}', '{"amount":1,"am\\u006funt":5000,"text":"ok"}',
        '{"args":{"amount":1},"text":"ok"}', '[1]', '"x"', '{"amount":1,"text":"ok","text":"no"}'
      ];
      for (const trick of tricks) {
        const { text, messages } = await call(trick);
        assert.ok(messages.at(-1).error, `${trick}: ${text}`);
      }
      assert.equal(place.servers.received('web', 'tools/call').length, before, 'no server heard of it');
    } finally {
      await place.close();
    }
  });
});
