// T49: secrets in logs, metrics, pages, answers and what commands print. A secret is planted in every place of the configuration and
// of a request that may hold one; everything that comes out of the gateway is searched for all of them, also in other encodings.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Front } from './lib/front.mjs';
import { BINARY, Gateway } from './lib/gateway.mjs';
import { exchange, request } from './lib/raw_http.mjs';
import { Recorded } from './lib/recording.mjs';
import { ask, bearer, inRevision, REVISIONS, session } from './lib/revisions.mjs';
import { AuthorizationServer, GATEWAY as CLIENT } from './fixtures/authorization_server.mjs';
import { MODERN, post } from './lib/wire.mjs';
import { until } from './lib/wait.mjs';

const run = promisify(execFile);
const planted = new Map([[CLIENT.client_secret, 'a client']]);  // secret -> where it is

/// A new secret for this place, at least 32 characters long.
function plant(where) {
  const secret = `canary${randomBytes(16).toString('hex')}`;
  planted.set(secret, where);
  return secret;
}

/// Forms that a secret may come out in.
const forms = (secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('base64url'), Buffer.from(secret).toString('hex')]
  .map((form) => form.replace(/=+$/, ''));

function assertNoSecret(text, what) {
  for (const [secret, where] of planted)
    for (const form of forms(secret)) assert.ok(!text.includes(form), `${what} shows the secret of ${where}: …${text.slice(Math.max(0, text.indexOf(form) - 200), text.indexOf(form) + 100)}…`);
}

describe('T49: secrets', { timeout: 120_000 }, () => {
  let front;
  let servers;
  let corp;
  let gateway;
  let good;
  const env = { CANARY_ENV: plant('an environment variable'), CANARY_PEPPER: plant('a pepper'), CANARY_TOKEN_KEY: plant('a token key') };
  const answers = [];             // Texts of all answers to clients.

  before(async () => {
    front = await Front.open();
    servers = await new Recorded().add('web', 'modern', 'http');
    await servers.add('pipe', 'legacy', 'stdio');
    corp = await AuthorizationServer.start();
    const url = new URL(servers.targets.web.url);
    url.searchParams.set('token', plant('the query of an address'));
    gateway = await Gateway.serve(config(url), { env });
    front.target = gateway.base;
    const made = await run(BINARY, ['keys', 'create', '-c', gateway.configFile, '--name', 'good', '--owner', 'test', '--json'], { env: { ...process.env, ...env } });
    good = { key: JSON.parse(made.stdout).key, token: await corp.mint(front.base + '/mcp') };
    planted.set(good.key.split('_')[3], 'an API key');
    planted.set(good.token, 'a token').set(good.token.split('.')[2], 'the signature of a token');
    await until('the key to be known', () => gateway.events.some(({ change }) => change === 'added'));
  });
  after(async () => {
    try {
      await gateway?.stop();
    } finally {
      front?.stop();
      servers?.stop();
      await corp?.stop();
    }
  });

  function config(url) {
    const query = new URL('http://127.0.0.1:1/mcp');
    query.searchParams.set('api_key', plant('the query of an address where nobody is'));
    return {
      public_url: front.base, log: { level: 'debug' }, policy: { default: 'allow' }, token_keys: ['${CANARY_TOKEN_KEY}', plant('a token key in the file')],
      servers: {
        web: { url: url.href, headers: { Authorization: `Bearer ${plant('a header')}`, 'X-Api-Key': '${CANARY_ENV}', 'X-Plain': plant('another header') } },
        pipe: { ...servers.targets.pipe, env: { SECRET: plant('a variable of a program'), TOKEN: '${CANARY_ENV}' }, args: [...servers.targets.pipe.args, '--api-key', plant('an argument'), `--token=${plant('an argument with =')}`] },
        down: { url: query.href }, gone: { command: 'no-such-program', args: ['--password', plant('an argument of a program that is not there')], env: { X: plant('its environment') } }
      },
      auth: {
        api_keys: { file: 'keys.yaml', peppers: ['${CANARY_PEPPER}', plant('an old pepper')] },
        proxy: { from: ['127.0.0.2/32'], secrets: [plant('the secret of a proxy')] },
        issuers: [{ id: 'corp', issuer: corp.issuer, introspection: CLIENT }]
      }
    };
  }

  const keep = (reply) => {
    answers.push(`${reply.text} ${JSON.stringify([...reply.headers ?? []])}`);
    return reply;
  };

  it('come in with every kind of request, good and bad', async () => {
    const url = front.base + '/mcp';
    for (const revision of REVISIONS) {
      const secret = (where) => plant(`${where}, ${revision}`);
      for (const headers of [bearer(good.key), bearer(good.token), { 'X-API-Key': good.key }]) {
        const id = revision === MODERN ? undefined : await session(url, revision, headers);
        const call = (method, params, more = {}) => ask(url, revision, method, params, { ...headers, ...more }, { session: id }).then(keep);
        await call('tools/call', { name: 'web.echo', arguments: { text: 'x', password: secret('an argument of a call') } });
        await call('tools/call', { name: 'web.fail', arguments: { token: secret('an argument of a call that fails') } });
        await call('tools/call', { name: 'down.echo', arguments: { token: secret('an argument for a server that is down') } });
        await call('tools/list', {}, { Cookie: `session=${secret('a cookie')}`, 'X-Forwarded-Access-Token': secret('a header of a proxy'), 'User-Agent': 'ua' });
        if (id) planted.set(id, `a session, ${revision}`);
      }
      for (const where of ['a bad token', 'a bad API key', 'a bad JWT']) {
        const bad = { 'a bad token': secret(where), 'a bad API key': `gatek_live_aaaaaaaaaaaa_${secret(where)}_AAAAAA`, 'a bad JWT': `${btoa('{"alg":"ES256","typ":"at+jwt"}')}.${btoa(`{"iss":"${secret(where)}"}`)}.${secret(where)}` }[where];
        assert.equal(keep(await ask(url, revision, 'tools/list', {}, bearer(bad))).status, 401, where);
      }
      assert.equal(keep(await ask(`${url}?access_token=${secret('a query')}`, revision, 'tools/list')).status, 400);
      keep(await ask(`${url}?q=${secret('a query of another name')}`, revision, 'tools/list'));
      keep(await ask(url, revision, 'tools/list', {}, { Authorization: `Basic ${btoa(`user:${secret('another scheme')}`)}` }));
      keep(await ask(url, revision, 'tools/list', {}, { 'X-Proxy-Secret': secret('a wrong secret of a proxy'), 'X-Forwarded-User': 'ann' }));
    }
    const { body, headers } = inRevision(MODERN, 'tools/list');
    const lines = ['Content-Type: application/json', ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
    for (const line of [`Authorization: Bearer ${plant('the first of two credentials')}`, `Authorization : Bearer ${plant('a malformed header')}`, `Authorization: Bearer ${plant('a header with a zero')}\0`])
      answers.push((await exchange(gateway.base, request(gateway.base, '/mcp', [...lines, line, `Authorization: Bearer ${plant('the second one')}`], JSON.stringify(body)))).text);
    keep(await post(url, `{"jsonrpc":"2.0","id":1,"method":"${plant('a broken body')}`, bearer(good.key)));
    keep(await post(url, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'x', requestState: plant('a forged state'), _meta: {} } }, { ...bearer(good.key) }));
    keep(await post(front.base + '/oidc/logout', `logout_token=${plant('a bad logout token')}`, { 'Content-Type': 'application/x-www-form-urlencoded' }));
  });

  it('do not come out in answers', () => {
    // What the client said about itself is its own: it may read its arguments, and its session's id.
    const own = [...planted].filter(([, where]) => where.startsWith('a session')).map(([secret]) => secret);
    assertNoSecret(own.reduce((text, secret) => text.replaceAll(secret, ''), answers.join('\n')), 'an answer');
  });

  it('do not come out on pages', async () => {
    const admin = gateway.events.find(({ event }) => event === 'admin listening').url;
    for (const page of [...['/livez', '/readyz', '/health', '/metrics', '/version'].map((path) => admin + path), front.base + '/health', front.base + '/.well-known/oauth-protected-resource/mcp'])
      assertNoSecret(await (await fetch(page)).text(), page);
  });

  it('do not come out of commands', async () => {
    const options = { env: { ...process.env, ...env }, cwd: gateway.directory };
    const all = [
      ['check', '-c', gateway.configFile], ['explain', '-c', gateway.configFile], ['servers', '-c', gateway.configFile], ['tools', '-c', gateway.configFile], ['keys', 'list', '--file', join(gateway.directory, 'keys.yaml')],
      ['keys', 'list', '--file', join(gateway.directory, 'keys.yaml'), '--json'], ['version']
    ];
    for (const args of all) {
      const { stdout, stderr } = await run(BINARY, args, options).catch((error) => error);
      assert.ok(stdout || stderr, args[0]);
      assertNoSecret(stdout + stderr, `gatehouse ${args[0]}`);
    }
  });

  it('do not come out of messages about a configuration that is wrong', async () => {
    const broken = join(gateway.directory, 'broken.yaml');
    const secret = plant('a configuration that is wrong');
    for (const text of [
      `servers: { web: { url: "http://x:${secret}@[bad/" } }`, `servers: { web: { url: "http://x:${secret}@host/" } }`, `public_url: "http://x:${secret}@host/"`, `servers: { web: { url: "http://127.0.0.1:1", headers: { "X Y": "${secret}" } } }`, `token_keys: ["${secret}", { a: b }]`,
      `auth: { api_keys: { file: k.yaml, peppers: [{ x: "${secret}" }] } }`, `auth: { proxy: { from: [nowhere], secrets: ["${secret}"] } }`, `servers: { web: { command: x, env: { "A=B": "${secret}" } } }`,
      `servers: { web: { headers: { Authorization: "${secret}" } } }`, `token_keys: "${secret}`, `auth: { issuers: [{ issuer: "http://u:${secret}@idp.example", introspection: { client_secret: "${secret}" } }] }`
    ]) {
      writeFileSync(broken, text);
      const { stdout, stderr, code } = await run(BINARY, ['check', '-c', broken]).catch((error) => error);
      assert.ok(code, `it is wrong: ${text}`);
      assertNoSecret(stdout + stderr, `the message about ${text.replace(secret, '…')}`);
    }
  });

  it('do not come out in the log', async () => {
    gateway.configure({ ...JSON.parse('{"servers": {}}'), nonsense: plant('a key that does not exist') });
    await until('the complaint', () => gateway.lines.some((line) => line.includes('nonsense')));
    await gateway.stop();         // The last lines are written at the end.
    const log = gateway.lines.join('\n') + gateway.output;
    assert.ok(gateway.lines.length > 50, `${gateway.lines.length} lines`);
    for (const [secret, where] of planted)
      for (const form of forms(secret)) assert.ok(!log.includes(form), `the log shows the secret of ${where}: ${gateway.lines.find((line) => line.includes(form))}`);
    gateway = undefined;
  });
});
