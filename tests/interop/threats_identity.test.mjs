// Threats to the question who is calling, each named by its number in the threat model. Where a rule must hold in every revision it
// is tried in every revision (T62). Tokens come from a real authorization server, or are made with its keys.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { AuthorizationServer } from './fixtures/authorization_server.mjs';
import { Guarded } from './lib/guarded.mjs';
import { logIn } from './lib/login.mjs';
import { exchange, request } from './lib/raw_http.mjs';
import { ask, bearer, first, inRevision, LEGACY, REVISIONS, session, stream } from './lib/revisions.mjs';
import { MODERN, open, post } from './lib/wire.mjs';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];
const MCP_METHODS = [
  'initialize', 'ping', 'server/discover', 'tools/list', 'tools/call', 'prompts/list', 'prompts/get', 'resources/list', 'resources/read',
  'resources/templates/list', 'resources/subscribe', 'resources/unsubscribe', 'completion/complete', 'logging/setLevel', 'subscriptions/listen',
  'tasks/get', 'tasks/list', 'tasks/cancel', 'tasks/update', 'tasks/result', 'notifications/initialized', 'notifications/cancelled', 'unknown/method'
];
const USERS = { alice: { roles: ['analyst'] }, bob: { roles: [] } };
const now = () => Math.floor(Date.now() / 1000);

let place;
let corp;
let elsewhere;  // An authorization server that nobody trusts.

before(async () => {
  place = await Guarded.open({
    issuers: { corp: { users: USERS }, partner: { users: { carol: {} }, prefix: 'partner' } },
    config: { endpoints: [{ path: '/mcp', scopes: ['mcp.read'] }, { path: '/sibling/mcp' }] }
  });
  corp = place.issuers.corp;
  elsewhere = await AuthorizationServer.start({ users: USERS });
});
after(async () => {
  try {
    await place?.close();
  } finally {
    await elsewhere?.stop();
  }
});

/// Asserts that this token opens nothing, in any revision and over HTTP+SSE.
async function opensNothing(token, what, url = place.url) {
  for (const revision of REVISIONS) {
    const reply = await first(url, revision, bearer(token));
    assert.equal(reply.status, 401, `${what}, ${revision}: ${reply.text}`);
    assert.match(reply.headers.get('www-authenticate'), /^Bearer .*error="invalid_token"/, what);
  }
  const sse = await fetch(`${url}/sse`, { headers: { Accept: 'text/event-stream', ...bearer(token) } });
  assert.equal(sse.status, 401, `${what}, HTTP+SSE`);
  await sse.body.cancel();
}

async function opens(token, url = place.url) {
  for (const revision of REVISIONS) assert.equal((await first(url, revision, bearer(token))).status, 200, revision);
}

// With http.request, because fetch has opinions about methods.
function plain(path, method, headers = {}, body = '') {
  return new Promise((resolve, reject) => {
    const sent = http.request(place.front.base, { path, method, headers: { ...headers, 'Content-Length': Buffer.byteLength(body) } }, (answer) => {
      let text = '';
      answer.on('data', (piece) => { text += piece; }).on('close', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    sent.on('error', reject).end(body);
  });
}

describe('T1: without a credential', { timeout: 60_000 }, () => {
  const METADATA = '/.well-known/oauth-protected-resource';
  const guarded = ['/mcp', '/mcp/sse', '/mcp/messages', '/mcp/messages?sessionId=guessed', '/sibling/mcp', '/sibling/mcp/sse'];
  const open = [`${METADATA}/mcp`, `${METADATA}/sibling/mcp`];
  const nothing = ['/', '/mcp/', '/MCP', '/mcp/x', '/metrics', '/readyz', '/version', '/admin', '/.well-known/x', METADATA, `${METADATA}/nowhere`, '//mcp', '/x/../mcp', '/%6dcp'];

  for (const revision of [undefined, ...REVISIONS]) {
    it(`every path refuses every method (${revision ?? 'no revision'})`, async () => {
      const { headers, body } = inRevision(revision ?? '2025-11-25', 'tools/list');
      const version = revision && { 'MCP-Protocol-Version': revision };
      for (const method of METHODS) {
        const text = ['POST', 'PUT', 'PATCH'].includes(method) ? JSON.stringify(body) : '';
        const with_ = { ...headers, ...version, ...text && { 'Content-Type': 'application/json' }, Accept: 'application/json, text/event-stream', 'Mcp-Session-Id': 'guessed' };
        for (const path of guarded) {
          const { status, headers: answered } = await plain(path, method, with_, text);
          const asked = `${method} ${path}: ${status}`;
          assert.equal(status, 401, asked);
          assert.match(answered['www-authenticate'], /^Bearer resource_metadata="[^"]+"/, asked);
          assert.ok(!answered['www-authenticate'].includes('error='), `${asked} blames a credential that was not there`);
          assert.equal(answered['cache-control'], 'no-store', asked);
        }
        for (const path of open) {
          const { status } = await plain(path, method, with_, text);
          assert.ok(['GET', 'HEAD'].includes(method) ? status === 200 : [204, 404, 405].includes(status), `${method} ${path}: ${status}`);
        }
        const health = await plain('/health', method, with_, text);
        assert.ok(health.status === 200 && ['', '{"status":"ok"}'].includes(health.text), `${method} /health: ${health.text}`);
        for (const path of nothing) {
          const { status } = await plain(path, method, with_, text);
          assert.ok([400, 404].includes(status), `${method} ${path}: ${status}`);
        }
      }
    });

    it(`no message is looked at (${revision ?? 'no revision'})`, async () => {
      const before = ['pipe', 'sessions', 'web'].map((name) => place.servers.log(name).length);
      for (const method of MCP_METHODS) {
        const message = inRevision(revision ?? '2025-11-25', method, { name: 'web.echo', uri: 'memo:one', arguments: { text: 'x' }, taskId: 'x' });
        const { status, text } = await post(place.url, message.body, message.headers);
        assert.equal(status, 401, `${method}: ${text}`);
        assert.ok(!/echo|recorder|web\./.test(text), text);
      }
      for (const text of ['', 'nonsense', '[]', '{"jsonrpc":"2.0"}', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', `{"a":"${'x'.repeat(100_000)}"}`])
        assert.equal((await post(place.url, text)).status, 401, text.slice(0, 40));
      assert.deepEqual(['pipe', 'sessions', 'web'].map((name) => place.servers.log(name).length), before, 'no server heard of it');
    });
  }

  // RS-35
  it('a browser may ask whether it may ask', async () => {
    const { status, headers } = await plain('/mcp', 'OPTIONS', { Origin: 'http://localhost:1', 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization' });
    assert.equal(status, 204);
    assert.match(headers['access-control-allow-headers'], /authorization/i);
    assert.match(headers['access-control-expose-headers'] ?? (await plain('/mcp', 'POST', { Origin: 'http://localhost:1' })).headers['access-control-expose-headers'], /WWW-Authenticate/i);
  });
});

describe('T2: a token for somebody else', { timeout: 60_000 }, () => {
  it('is not for us', async () => {
    await opens(await corp.serviceToken(place.resource));
    await opensNothing(await corp.serviceToken(place.at('/sibling/mcp')), 'for the endpoint beside it');
    await opens(await corp.serviceToken(place.at('/sibling/mcp')), place.at('/sibling/mcp'));
    await opensNothing(await corp.serviceToken(place.resource), 'for the endpoint beside it', place.at('/sibling/mcp'));
    await opensNothing(await corp.serviceToken(undefined), 'for nobody (opaque)');
    const audiences = {
      'a client id': 'minted', 'nobody': undefined, 'an empty list': [], 'the origin': place.front.base, 'a longer path': `${place.url}2`, 'a path below': `${place.url}/x`,
      'the same with a slash': `${place.url}/`, 'a query': `${place.url}?`, 'upper case': place.url.toUpperCase(), 'a list without us': [`${place.url}x`, 'api'], 'not a text': { url: place.url }
    };
    for (const [what, aud] of Object.entries(audiences)) await opensNothing(await corp.mint(place.resource, { aud }), `for ${what}`);
    await opens(await corp.mint(place.resource, { aud: ['https://other.example', place.resource] }));
  });
});

describe('T3: a token of another issuer', { timeout: 60_000 }, () => {
  it('is refused although its keys and key ids are the same', async () => {
    await elsewhere.shareKeysOf(corp);
    await opensNothing(await elsewhere.serviceToken(place.resource), 'another tenant with the same keys');
    await opens(await corp.serviceToken(place.resource));
  });

  it('is refused although it names an issuer that is trusted', async () => {
    const { partner } = place.issuers;
    await opensNothing(await partner.mint(place.resource, { iss: corp.issuer }), "signed with the other issuer's key");
    await opensNothing(await partner.mint(place.resource, { iss: corp.issuer }, { kid: corp.key.jwk.kid }), "and with the name of ours");
    for (const iss of [`${corp.issuer}/`, corp.issuer.replace('127.0.0.1', 'localhost'), corp.issuer.toUpperCase(), '', undefined, [corp.issuer]])
      await opensNothing(await corp.mint(place.resource, { iss }), `issuer ${iss}`);
  });

  it('is another person, although he is called the same', async () => {
    const { partner } = place.issuers;
    const id = await session(place.url, '2025-11-25', bearer(await corp.mint(place.resource, { sub: 'carol' })));
    const reply = await ask(place.url, '2025-11-25', 'ping', {}, bearer(await partner.mint(place.resource, { sub: 'carol' })), { session: id });
    assert.equal(reply.status, 404, reply.text);
  });
});

describe('T6: what is no access token', { timeout: 60_000 }, () => {
  it('opens nothing, although its issuer signed it', async () => {
    const { id_token } = await logIn(corp, 'alice', place.resource, { scope: 'openid mcp.read' });
    assert.ok(id_token, 'the server issued an ID token');
    await opensNothing(id_token, 'an ID token');
    for (const typ of ['JWT', undefined, 'logout+jwt', 'dpop+jwt', 'oauth-id-jag+jwt', 'secevent+jwt', 'JOSE+JSON'])
      await opensNothing(await corp.mint(place.resource, {}, { typ }), `typ ${typ}`);
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const proof = await new SignJWT({ htm: 'POST', htu: place.url, jti: 'x', iat: now() }).setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) }).sign(privateKey);
    await opensNothing(proof, 'a DPoP proof');
  });

  // T4, T5, T7 and T8 are tested where tokens are read: src/jose. Here only that nothing goes around it.
  it('opens nothing, whatever it says about its key or its time', async () => {
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = own.publicKey.export({ format: 'jwk' });
    const fetches = elsewhere.keyFetches;
    const forged = (header) => corp.mint(place.resource, {}, header, { alg: 'ES256', jwk: { kid: corp.key.jwk.kid }, privateKey: own.privateKey });
    await opensNothing(await forged({ jwk }), 'a key of its own');
    for (const name of ['jku', 'x5u']) await opensNothing(await forged({ [name]: `${elsewhere.issuer}/jwks` }), `an address of a key: ${name}`);
    assert.equal(elsewhere.keyFetches, fetches, 'nobody asked there (T5)');
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = part({ iss: corp.issuer, sub: 'alice', aud: place.resource, exp: now() + 60, iat: now() });
    await opensNothing(`${part({ alg: 'none', typ: 'at+jwt' })}.${claims}.`, 'no signature');
    await opensNothing(`${part({ alg: 'none', typ: 'at+jwt' })}.${claims}.AA`, 'no signature, but something');
    for (const claim of [{ exp: now() - 5 }, { exp: undefined }, { nbf: now() + 60 }, { iat: now() + 60 }, { sub: undefined }, { sub: '' }])
      await opensNothing(await corp.mint(place.resource, claim), JSON.stringify(claim));
  });
});

describe('T12: a token that is bound to a key', { timeout: 60_000 }, () => {
  it('is no bearer token', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwk = await exportJWK(publicKey);
    const proof = await new SignJWT({ htm: 'POST', htu: `${corp.issuer}/token`, jti: crypto.randomUUID(), iat: now() })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk }).sign(privateKey);
    const bound = await corp.serviceToken(place.resource, { headers: { DPoP: proof } });
    const { cnf } = JSON.parse(Buffer.from(bound.split('.')[1], 'base64url'));
    assert.equal(cnf.jkt, await calculateJwkThumbprint(jwk), 'the server bound it');
    await opensNothing(bound, 'bound to a DPoP key');
    // T13: nobody here can check a proof, so that none opens anything.
    const { status } = await first(place.url, MODERN, { Authorization: `DPoP ${bound}`, DPoP: proof });
    assert.equal(status, 401);
    await opensNothing(await corp.mint(place.resource, { cnf: { 'x5t#S256': 'A'.repeat(43) } }), 'bound to a certificate');
    await opensNothing(await corp.mint(place.resource, { cnf: { jwk } }), 'bound in a way that we do not know');
    await opensNothing(await corp.mint(place.resource, { cnf: {} }), 'bound to nothing');
  });
});

describe('T14: a token in the address', { timeout: 30_000 }, () => {
  it('is an error, whatever else the request carries, and is written nowhere', async () => {
    const token = await corp.serviceToken(place.resource);
    for (const revision of REVISIONS) {
      for (const query of [`access_token=${token}`, `x=1&access_token=${token}`, `api_key=${token}`, `token=${token}`]) {
        for (const headers of [{}, bearer(token)]) {
          const reply = await first(`${place.url}?${query}`, revision, headers);
          if (query.startsWith('token=')) continue;  // Not one of the names that mean a credential: not looked at, but not to be shown, either.
          assert.equal(reply.status, 400, `${query.slice(0, 20)}: ${reply.text}`);
          assert.match(reply.headers.get('www-authenticate'), /error="invalid_request"/);
          assert.ok(!reply.text.includes(token) && !JSON.stringify([...reply.headers]).includes(token));
        }
      }
    }
    assert.ok(!place.gateway.lines.join('\n').includes(token.slice(-40)), 'the log does not have it');
  });
});

describe('T15: two credentials, or one in disguise', { timeout: 60_000 }, () => {
  const listing = inRevision(MODERN, 'tools/list');
  const lines = ['Content-Type: application/json', 'Accept: application/json, text/event-stream', ...Object.entries(listing.headers).map(([name, value]) => `${name}: ${value}`)];
  const body = JSON.stringify(listing.body);
  const send = (...more) => exchange(place.gateway.base, request(place.gateway.base, '/mcp', [...lines, ...more], body));

  it('is refused', async () => {
    const token = await corp.serviceToken(place.resource);
    const good = `Authorization: Bearer ${token}`;
    assert.equal((await send(good)).status, 200);
    assert.equal((await send(`authorization:bearer ${token}`)).status, 200, 'names and schemes have no case');
    const malformed = {
      'the same twice': [good, good], 'two of them': [good, 'Authorization: Bearer other'], 'in other letters': [good, `AUTHORIZATION: Bearer ${token}`],
      'with an API key': [good, 'X-API-Key: gatek_live_x'], 'two in a line': [`${good}, Bearer ${token}`], 'two words': [`${good} x`],
      'folded': ['Authorization: Bearer', ` ${token}`], 'a space before the colon': [`Authorization : Bearer ${token}`], 'a line break inside': [`${good}\nX-API-Key: x`],
      'a zero byte': [`${good}\0`], 'too long': [`Authorization: Bearer ${'a'.repeat(20_000)}`]
    };
    for (const [what, more] of Object.entries(malformed)) {
      const { status, text } = await send(...more);
      assert.ok([400, 431].includes(status), `${what}: ${text.slice(0, 200)}`);
    }
    const useless = {
      'another scheme': [`Authorization: Basic ${btoa(`x:${token}`)}`], 'no scheme': [`Authorization: ${token}`], 'another name': [`Authorization_: Bearer ${token}`],
      'an underscore': [`X_API_Key: ${token}`], 'a cookie': [`Cookie: Authorization=Bearer ${token}`], 'of the proxy': [`Proxy-Authorization: Bearer ${token}`],
      'a forwarded one': [`X-Forwarded-Authorization: Bearer ${token}`]
    };
    for (const [what, more] of Object.entries(useless)) assert.equal((await send(...more)).status, 401, what);
  });

  it('is not found behind the body', async () => {
    const token = await corp.serviceToken(place.resource);
    const head = ['POST /mcp HTTP/1.1', `Host: ${new URL(place.gateway.base).host}`, 'Connection: close', ...lines, 'Transfer-Encoding: chunked', 'Trailer: Authorization', '', ''];
    const chunked = `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    const { status, text } = await exchange(place.gateway.base, head.join('\r\n') + chunked);
    assert.ok([400, 401].includes(status), text);
  });

  it('does not remain on the connection for the next request', async () => {
    const token = await corp.serviceToken(place.resource);
    const one = request(place.gateway.base, '/mcp', [...lines, `Authorization: Bearer ${token}`], body).replace('Connection: close', 'Connection: keep-alive');
    const { text } = await exchange(place.gateway.base, one + request(place.gateway.base, '/mcp', lines, body));
    assert.deepEqual([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status), ['200', '401']);
  });
});

describe('T19: where the metadata is', { timeout: 30_000 }, () => {
  it('is not for the client to say', async () => {
    const poison = [
      { 'X-Forwarded-Host': 'evil.example' }, { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Port': '1' }, { Forwarded: 'host=evil.example;proto=https' },
      { 'X-Original-URL': 'https://evil.example/mcp' }, { 'X-Forwarded-Prefix': '/evil' }
    ];
    for (const headers of poison) {
      const reply = await first(place.url, MODERN, headers);
      assert.equal(reply.status, 401);
      const [, metadata] = /resource_metadata="([^"]*)"/.exec(reply.headers.get('www-authenticate'));
      assert.equal(metadata, place.at('/.well-known/oauth-protected-resource/mcp'));
      const document = await (await fetch(metadata, { headers })).json();
      assert.equal(document.resource, place.resource);
      assert.ok(!JSON.stringify(document).includes('evil'));
    }
    const { status, text } = await exchange(place.gateway.base, ['GET /mcp HTTP/1.1', 'Host: evil.example', 'Connection: close', '', ''].join('\r\n'));
    assert.equal(status, 403, text);
    assert.ok(!/evil/.test(text));
  });

  // RS-4 to RS-12, RS-16
  it('holds what a client needs, for everybody', async () => {
    const url = place.at('/.well-known/oauth-protected-resource/mcp');
    const answer = await fetch(url);
    assert.match(answer.headers.get('content-type'), /^application\/json/);
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    assert.match(answer.headers.get('cache-control'), /max-age=\d+/);
    const etag = answer.headers.get('etag');
    assert.ok(etag);
    const { resource, authorization_servers, bearer_methods_supported, scopes_supported = [] } = await answer.json();
    assert.deepEqual([resource, bearer_methods_supported], [place.resource, ['header']]);
    assert.deepEqual(authorization_servers, [corp.issuer, place.issuers.partner.issuer]);
    assert.ok(!scopes_supported.includes('offline_access'));
    assert.equal((await fetch(url, { headers: { 'If-None-Match': etag } })).status, 304);
    assert.equal((await fetch(place.at('/.well-known/oauth-protected-resource'))).status, 404, 'two endpoints: the root is nobody');
  });
});

describe('T20: what the client proves himself with', { timeout: 60_000 }, () => {
  for (const revision of REVISIONS) {
    it(`reaches no server (${revision})`, async () => {
      const token = await corp.serviceToken(place.resource);
      const canary = `canary-${crypto.randomUUID()}`;
      const headers = {
        ...bearer(token), Cookie: canary, 'Proxy-Authorization': canary, DPoP: canary, 'X-Forwarded-User': canary, 'X-Forwarded-Access-Token': canary, 'X-Auth-Request-Access-Token': canary,
        'X-Forwarded-Client-Cert': canary, 'Client-Cert': canary, 'X-Amzn-Oidc-Data': canary
      };
      const id = revision === MODERN ? undefined : await session(place.url, revision, headers);
      for (const name of ['pipe', 'sessions', 'web']) {
        const { text } = await ask(place.url, revision, 'tools/call', { name: `${name}.echo`, arguments: { text: 'hello' } }, headers, { session: id });
        assert.match(text, new RegExp(`${name}: hello`));
        const seen = JSON.stringify(place.servers.log(name));
        for (const secret of [canary, token, token.split('.')[2]]) assert.ok(!seen.includes(secret), `${name} saw ${secret}`);
        assert.ok(!/"(authorization|cookie|dpop)"/i.test(seen));
        if (id) assert.ok(!seen.includes(id), `${name} saw the session of the client`);
      }
    });
  }
});

describe('T35: the session of somebody else', { timeout: 60_000 }, () => {
  for (const revision of LEGACY.slice(1)) {
    it(`does not exist for him (${revision})`, async () => {
      const [alice, bob] = await Promise.all(['alice', 'bob'].map(async (name) => bearer((await logIn(corp, name, place.resource)).access_token)));
      const mine = await stream(place.url, revision, alice);
      const uri = 'gh-sessions+memo:one';
      assert.equal((await ask(place.url, revision, 'resources/subscribe', { uri }, alice, { session: mine.session })).status, 200);
      const headers = { 'Mcp-Session-Id': mine.session, ...revision >= '2025-06-18' && { 'MCP-Protocol-Version': revision } };
      const call = inRevision(revision, 'tools/call', { name: 'sessions.touch', arguments: { uri: 'memo:one' } }, { session: mine.session });
      assert.equal((await post(place.url, call.body, { ...call.headers, ...bob })).status, 404);
      assert.equal((await post(place.url, { jsonrpc: '2.0', id: 1, result: {} }, { ...headers, ...bob })).status, 404, 'not even an answer');
      assert.equal((await post(place.url, call.body, call.headers)).status, 401, 'the session alone is no credential');
      for (const after of [undefined, '0.1', '1.1', mine.ids.at(-1) ?? '2.1']) {
        const foreign = await open(place.url, undefined, { ...headers, ...bob, ...after && { 'Last-Event-ID': after } });
        assert.equal(foreign.status, 404, 'nor can he listen');
        await foreign.close();
      }
      assert.equal((await fetch(place.url, { method: 'DELETE', headers: { ...headers, ...bob } })).status, 404);
      assert.equal((await post(place.url, call.body, { ...call.headers, ...alice })).status, 200, 'it still is there');
      await mine.next(({ method, params }) => method === 'notifications/resources/updated' && params.uri === uri, 'her own stream to go on');
      await mine.close();
    });
  }

  // LG-21, LG-22
  it('does not exist for him (2024-11-05, HTTP+SSE)', async () => {
    const [alice, bob] = await Promise.all(['alice', 'bob'].map(async (name) => bearer((await logIn(corp, name, place.resource)).access_token)));
    const mine = await fetch(place.at('/mcp/sse'), { headers: { Accept: 'text/event-stream', ...alice } });
    const reader = mine.body.pipeThrough(new TextDecoderStream()).getReader();
    const [, path] = /data: (\S+)/.exec((await reader.read()).value);
    assert.ok(!path.includes('alice') && !path.includes(alice.Authorization.split(' ')[1]), path);
    const { body } = inRevision('2024-11-05', 'initialize');
    assert.equal((await post(place.at(path), body, bob)).status, 404);
    assert.equal((await post(place.at(path), body)).status, 401);
    assert.equal((await post(place.at(path), body, alice)).status, 202);
    await reader.cancel();
  });

  it('knows no one who was not there before', async () => {
    // Stateless clients: what one was given is worth nothing to another.
    const tokens = await Promise.all(['alice', 'bob'].map(async (name) => bearer((await logIn(corp, name, place.resource)).access_token)));
    const lists = await Promise.all(tokens.map((headers) => ask(place.url, MODERN, 'tools/list', {}, { ...headers, 'Mcp-Session-Id': 'anything' })));
    for (const { status, headers } of lists) assert.deepEqual([status, headers.get('mcp-session-id')], [200, null]);  // RS-92
  });
});
