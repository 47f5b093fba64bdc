// TLS, client certificates as identity, and a proxy in front that names its users: believed when it proves that it is the one, else not.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import tls from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Gateway } from './lib/gateway.mjs';
import { createKey, hasOpenssl, patient } from './lib/keys.mjs';
import { META, MODERN, post } from './lib/wire.mjs';
import { until } from './lib/wait.mjs';

const SECRET = 's'.repeat(32);
const RELOAD_MS = 1_500;

const body = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: { [META.version]: MODERN, [META.capabilities]: {} } } };
const basic = { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': 'tools/list' };

describe('a proxy that names its users', { timeout: 60_000 }, () => {
  const gateways = {};
  const proxy = (from) => ({ ...patient, servers: {}, policy: { default: 'allow' }, auth: { api_keys: { file: 'keys.yaml' }, proxy: { from, secrets: [SECRET], groups: 'X-Forwarded-Groups' } } });

  before(async () => {
    gateways.here = await Gateway.serve(proxy(['127.0.0.0/8']));
    gateways.elsewhere = await Gateway.serve(proxy(['10.0.0.0/8']));
  });
  after(async () => {
    for (const gateway of Object.values(gateways)) await gateway.stop();
  });
  const status = async (gateway, headers) => (await post(gateway.url(), body, { ...basic, ...headers })).status;

  // T18
  it('is believed from its network, with its secret, and not otherwise', async () => {
    const { here, elsewhere } = gateways;
    assert.equal(await status(here, { 'X-Proxy-Secret': SECRET, 'X-Forwarded-User': 'ann' }), 200);
    assert.equal(await status(here, { 'X-Forwarded-User': 'ann' }), 401);
    assert.equal(await status(here, { 'X-Proxy-Secret': SECRET.toUpperCase(), 'X-Forwarded-User': 'ann' }), 401);
    assert.equal(await status(here, { 'X-Proxy-Secret': SECRET }), 401);
    assert.equal(await status(elsewhere, { 'X-Proxy-Secret': SECRET, 'X-Forwarded-User': 'ann' }), 401);
    for (const header of ['X-Forwarded-For', 'X-Real-IP', 'Forwarded'])
      assert.equal(await status(elsewhere, { 'X-Proxy-Secret': SECRET, 'X-Forwarded-User': 'ann', [header]: '10.0.0.1' }), 401);
  });

  // RS-42
  it('leaves no room for a second credential', async () => {
    const { key } = createKey(gateways.here, 'ci');
    const named = { 'X-Proxy-Secret': SECRET, 'X-Forwarded-User': 'ann' };
    await until('the key to be known', async () => await status(gateways.here, { 'X-API-Key': key }) === 200, RELOAD_MS);
    assert.equal(await status(gateways.here, { ...named, 'X-API-Key': key }), 400);
    assert.equal(await status(gateways.here, { 'X-Forwarded-User': 'ann', 'X-API-Key': key }), 200, 'unproven, the name is nothing');
  });
});

describe('client certificates', { timeout: 60_000, skip: !hasOpenssl && 'needs openssl' }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-tls-'));
  const path = (name) => join(directory, name);
  let gateway;

  /// Makes NAME.pem and NAME.key, signed by `issuer` or by itself.
  function certificate(name, { issuer, extensions }) {
    writeFileSync(path(`${name}.ext`), extensions.join('\n'));
    const run = (...args) => execFileSync('openssl', args, { stdio: 'pipe' });
    run('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', path(`${name}.key`), '-out', path(`${name}.csr`));
    const signer = issuer ? ['-CA', path(`${issuer}.pem`), '-CAkey', path(`${issuer}.key`), '-CAcreateserial'] : ['-signkey', path(`${name}.key`)];
    run('x509', '-req', '-in', path(`${name}.csr`), '-days', '2', '-extfile', path(`${name}.ext`), ...signer, '-out', path(`${name}.pem`));
  }

  before(async () => {
    certificate('ca', { extensions: ['basicConstraints=critical,CA:TRUE'] });
    certificate('other-ca', { extensions: ['basicConstraints=critical,CA:TRUE'] });
    certificate('localhost', { issuer: 'ca', extensions: ['subjectAltName=DNS:localhost,IP:127.0.0.1', 'extendedKeyUsage=serverAuth'] });
    const worker = ['subjectAltName=URI:spiffe://example/worker', 'extendedKeyUsage=clientAuth'];
    certificate('worker', { issuer: 'ca', extensions: worker });
    certificate('stranger', { issuer: 'other-ca', extensions: worker });
    certificate('server', { issuer: 'ca', extensions: ['subjectAltName=URI:spiffe://example/worker', 'extendedKeyUsage=serverAuth'] });
    gateway = await Gateway.serve({
      ...patient, servers: {}, policy: { default: 'allow' }, tls: { certificate: path('localhost.pem'), key: path('localhost.key'), client_certificates: 'request', client_ca: path('ca.pem') },
      auth: { certificates: { grants: [{ name: 'spiffe://example/*', roles: ['automation'] }] }, api_keys: { file: 'keys.yaml' } }
    });
  });
  after(async () => {
    try {
      await gateway?.stop();
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  /// The status, or the code of the error that ended the connection.
  const ask = (name, headers = {}) => new Promise((resolve) => {
    const own = name && { cert: readFileSync(path(`${name}.pem`)), key: readFileSync(path(`${name}.key`)) };
    const request = https.request(gateway.url(), {
      method: 'POST', ca: readFileSync(path('ca.pem')), agent: false, ...own,
      headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...basic, ...headers }
    }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    request.on('error', (error) => resolve(error.code ?? error.message));
    request.end(JSON.stringify(body));
  });

  it('are an identity', async () => {
    assert.match(gateway.url(), /^https:/);
    assert.equal(await ask('worker'), 200);
    assert.equal(await ask(undefined), 401);
  });

  it('of strangers, and those that are not for clients, end the connection', async () => {
    for (const name of ['stranger', 'server', 'ca']) assert.equal(typeof await ask(name), 'string', name);
  });

  it('may accompany a key, which then decides', async () => {
    const { key } = createKey(gateway, 'ci');
    await until('the key to be known', async () => await ask(undefined, { 'X-API-Key': key }) === 200, RELOAD_MS);
    assert.equal(await ask('worker', { 'X-API-Key': key }), 200);
    assert.equal(await ask('worker', { 'X-API-Key': 'gatek_live_x' }), 401, 'a bad key is not made good by a certificate');
  });

  it('of the gateway itself is renewed without a restart', async () => {
    const serial = () => new Promise((resolve, reject) => {
      const socket = tls.connect({ port: new URL(gateway.url()).port, host: '127.0.0.1', ca: readFileSync(path('ca.pem')) }, () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.end();
      });
      socket.on('error', reject);
    });
    const before = await serial();
    certificate('localhost', { issuer: 'ca', extensions: ['subjectAltName=DNS:localhost,IP:127.0.0.1', 'extendedKeyUsage=serverAuth'] });
    await until('the new certificate', async () => await serial() !== before, 5_000);
    assert.equal(await ask('worker'), 200);
  });

  it('can be what a key is bound to', async () => {
    const print = execFileSync('openssl', ['x509', '-in', path('worker.pem'), '-outform', 'DER']);
    const { key } = createKey(gateway, 'bound', '--certificate', createHash('sha256').update(print).digest('base64url'));
    await until('the key to be known', async () => await ask('worker', { 'X-API-Key': key }) === 200, RELOAD_MS);
    assert.equal(await ask(undefined, { 'X-API-Key': key }), 401);
  });
});
