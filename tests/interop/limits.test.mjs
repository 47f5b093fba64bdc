// Limits, through a running gateway: what clients of each era and transport get who are over one, and the examples of
// docs/limits.md, which do what the page says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Gateway } from './lib/gateway.mjs';
import { createKey, keyFile } from './lib/keys.mjs';
import { connect } from './lib/peers.mjs';
import { RawSession } from './lib/raw_client.mjs';
import { fixture, startHttp } from './lib/servers.mjs';
import { until } from './lib/wait.mjs';
import { ModernWire, post } from './lib/wire.mjs';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/limits.md'), 'utf8');
const block = (mark, language) => {
  const found = PAGE.match(new RegExp(`<!-- ${mark} -->\\n\`\`\`${language}\\n([\\s\\S]*?)\`\`\``));
  assert.ok(found, `${mark} is not on the page`);
  return found[1];
};
const example = (name) => block(`example: ${name}`, 'yaml');
const ECHO = { name: 'jira.echo', arguments: { text: 'x' } };

describe('limits', { timeout: 120_000 }, () => {
  let server;
  let gateway;
  const servers = (more = '') => `servers: { jira: { url: "${server.target.url}"${more} } }\n`;

  before(async () => { server = await startHttp(fixture('modern_server.mjs')); });
  after(() => server?.stop());

  /// Runs `steps` with a gateway of this configuration.
  async function serving(config, steps) {
    gateway = await Gateway.serve(config);
    try {
      await steps();
    } finally {
      await gateway.stop();
    }
  }

  const metrics = async () => {
    const { url } = await until('the admin listener', () => gateway.events.find(({ event, msg }) => (event ?? msg) === 'admin listening'));
    return (await fetch(`${url}/metrics`)).text();
  };
  const metric = async (name) => Number((await metrics()).split('\n').find((line) => line.startsWith(`${name} `))?.split(' ').at(-1));

  it('the first example: 20 at once, then 429 with Retry-After and the error of the page', () =>
    serving(example('first') + servers(), async () => {
      const wire = new ModernWire(gateway.url());
      let admitted = 0;
      let refused;
      while (!refused && admitted < 100) {
        const reply = await wire.send('tools/call', ECHO);
        if (reply.status === 200) ++admitted;
        else refused = reply;
      }
      assert.ok(admitted >= 20 && admitted < 40, `${admitted} were admitted`);
      assert.equal(refused.status, 429);
      assert.equal(refused.headers.get('retry-after'), '1');
      const { error, id } = refused.response;
      assert.equal(typeof id, 'number', 'the answer has the id of the request');
      const wait = error.data.retryAfterMs;
      assert.ok(wait >= 1 && wait <= 600, `${wait} ms`);
      const onThePage = JSON.parse(block('answer: first', 'json'));
      const { retryAfterMs, requestId } = onThePage.data;
      assert.deepEqual({ ...error, data: { ...error.data, retryAfterMs, requestId } }, onThePage);
      for (const [, name, value] of block('answer: headers', 'http').matchAll(/^([\w-]+): (.*)$/mg)) {
        if (name === 'X-Request-Id') assert.equal(refused.headers.get(name), error.data.requestId);
        else assert.equal(refused.headers.get(name), value);
      }
      await new Promise((done) => setTimeout(done, wait + 50));
      assert.equal((await wire.send('tools/call', ECHO)).status, 200, 'who waits as told is let in');
    }));

  const ONE = '{ id: one, per: user, rate: 1/h }';

  for (const era of ['legacy', 'modern']) {
    it(`the official client of the ${era} era hears of it over Streamable HTTP`, () =>
      serving(`limits: [${ONE}]\n${servers()}`, async () => {
        const peer = await connect(era, { url: gateway.url() });
        assert.equal(await peer.text('jira.echo', { text: 'first' }), 'first');
        await assert.rejects(peer.text('jira.echo', { text: 'second' }), (error) => {
          assert.match(`${error.code} ${error.message} ${error.data?.status ?? ''}`, /429|-31007|Too many requests/);
          return true;
        });
        assert.ok((await peer.tools()).length > 0, 'lists are not calls');
        await peer.close();
      }));

    it(`the official client of the ${era} era gets the JSON-RPC error over stdio`, async () => {
      const host = Gateway.onStdio(`limits: [${ONE}]\n${servers()}`);
      const peer = await connect(era, host.target);
      try {
        assert.equal(await peer.text('jira.echo', { text: 'first' }), 'first');
        await assert.rejects(peer.text('jira.echo', { text: 'second' }), (error) => {
          assert.equal(error.code, -31007);
          assert.equal(error.data.limit, 'one');
          assert.equal(error.data.scope, 'user');
          assert.ok(error.data.retryAfterMs > 3_500_000);
          return true;
        });
      } finally {
        await peer.close();
        host.remove();
      }
    });
  }

  it('a client of HTTP+SSE gets the JSON-RPC error on its stream', () =>
    serving(`limits: [${ONE}]\n${servers()}`, async () => {
      const peer = await connect('legacy', gateway.sse());
      assert.equal(await peer.text('jira.echo', { text: 'first' }), 'first');
      await assert.rejects(peer.text('jira.echo', { text: 'second' }), { code: -31007 });
      await peer.close();
    }));

  for (const version of ['2025-03-26', '2025-06-18', '2025-11-25']) {
    it(`a session of ${version} gets 429 with Retry-After, and goes on`, () =>
      serving(`limits: [${ONE}]\n${servers()}`, async () => {
        const session = await RawSession.open(gateway.url(), version);
        const call = (id) => session.post({ id, method: 'tools/call', params: ECHO });
        assert.equal((await call(1)).status, 200);
        const { status, headers, message } = await call(2);
        assert.equal(status, 429);
        assert.ok(Number(headers.get('retry-after')) > 3500);
        assert.equal(message.id, 2);
        assert.equal(message.error.code, -31007);
        assert.equal((await session.post({ id: 3, method: 'ping' })).status, 200);
      }));
  }

  it('a limit of class rule counts what rules of the policy send to it, and nothing else', () => {
    const rule = '{ id: echo, effect: allow, what: { servers: [jira], tools: [echo] }, then: { limits: echoes } }';
    const more = '{ id: all, effect: allow, what: { servers: [jira] } }';
    const config = `limits: [{ id: echoes, per: user, rate: 2/h, class: rule }]\npolicy: { rules: [${more}, ${rule}] }\n`;
    return serving(config + servers(), async () => {
      const wire = new ModernWire(gateway.url());
      const echo = () => wire.send('tools/call', ECHO);
      assert.deepEqual([(await echo()).status, (await echo()).status], [200, 200]);
      const refused = await echo();
      assert.equal(refused.status, 429);
      assert.equal(refused.response.error.data.limit, 'echoes');
      for (let n = 0; n < 3; ++n)
        assert.notEqual((await wire.send('tools/call', { name: 'jira.fail', arguments: {} })).status, 429);
    });
  });

  it('in a batch, each request has its own answer', () =>
    serving(`limits: [${ONE}]\n${servers()}`, async () => {
      const session = await RawSession.open(gateway.url(), '2025-03-26');
      const batch = [1, 2, 3].map((id) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: ECHO }));
      const { status, messages } = await post(gateway.url(), batch, session.headers);
      assert.equal(status, 200);
      assert.deepEqual(messages.map(({ error }) => error?.code).sort(), [-31007, -31007, undefined]);
    }));

  it('a limit of a tool is everybody\'s, and what it refuses costs nobody else\'s', () =>
    serving(`limits: [{ per: tool, match: jira.echo, rate: 1/h }, { per: user, rate: 3/h }]\n${servers()}`, async () => {
      const wire = new ModernWire(gateway.url());
      const call = async (name, args) => (await wire.send('tools/call', { name, arguments: args })).response.error?.data.limit;
      assert.equal(await call('jira.echo', { text: 'x' }), undefined);
      for (let n = 0; n < 5; ++n) assert.equal(await call('jira.echo', { text: 'x' }), 'tool:jira.echo:1/h');
      assert.equal(await call('jira.add', { a: 1, b: 2 }), undefined);
      assert.equal(await call('jira.add', { a: 1, b: 2 }), undefined);
      assert.equal(await call('jira.add', { a: 1, b: 2 }), 'user:3/h');
    }));

  it('the example of observing refuses nothing, counts, and says whom once', () =>
    serving(example('observe') + servers(), async () => {
      const wire = new ModernWire(gateway.url());
      for (let n = 0; n < 10; ++n) assert.equal((await wire.send('tools/call', ECHO)).status, 200);
      assert.equal(await metric('gatehouse_limit_observed_total{limit="new"}'), 8);
      assert.equal(await metric('gatehouse_limit_refused_total{limit="new"}'), 0);
      assert.equal(gateway.lines.filter((line) => line.includes('limit would refuse')).length, 1);
    }));

  it('a reload keeps what limits counted that stay, and begins the others anew', () =>
    serving(`limits: [${ONE}]\n${servers()}`, async () => {
      const wire = new ModernWire(gateway.url());
      const call = async () => (await wire.send('tools/call', ECHO)).response.error?.data.limit;
      assert.equal(await call(), undefined);
      assert.equal(await call(), 'one');
      const reloads = () => gateway.lines.filter((line) => line.includes('configuration loaded')).length;
      const change = async (config) => {
        const before = reloads();
        gateway.configure(config);
        await until('the reload', () => reloads() > before);
      };
      await change(`limits: [${ONE}, { id: other, per: user, rate: 1000/s }]\n${servers()}`);
      assert.equal(await call(), 'one', 'it is still empty');
      await change(`limits: [{ id: one, per: user, rate: 2/h }]\n${servers()}`);
      assert.equal(await call(), undefined);
      await change(servers());
      for (let n = 0; n < 5; ++n) assert.equal(await call(), undefined);
    }));

  it('calls beyond max_concurrent wait for their turn', () =>
    serving(servers(', max_concurrent: 1'), async () => {
      const wire = new ModernWire(gateway.url());
      const calls = Array.from({ length: 5 }, () => wire.send('tools/call', { name: 'jira.count', arguments: { steps: 3 } }));
      for (const reply of await Promise.all(calls)) assert.equal(reply.response.result?.content[0].text, 'counted to 3');
      assert.equal(await metric('gatehouse_server_queued_total{server="jira"}'), 4);
      assert.equal(await metric('gatehouse_server_queue_length{server="jira"}'), 0);
      assert.ok(await metric('gatehouse_server_queue_wait_seconds_total{server="jira"}') > 0.05);
    }));

  it('and are refused when the queue is full, too slow, or switched off', () =>
    serving(servers(', max_concurrent: 1, queue: 1, queue_timeout: 200ms'), async () => {
      const wire = new ModernWire(gateway.url());
      const count = (steps) => wire.send('tools/call', { name: 'jira.count', arguments: { steps } });
      const calls = await Promise.all([count(40), count(40), count(40)]);
      const codes = calls.map(({ response }) => response.error?.code ?? 0).sort();
      assert.deepEqual(codes, [-31007, -31007, 0]);
      const { error } = calls.find(({ response }) => response.error).response;
      assert.equal(error.data.limit, 'max_concurrent');
    }));

  it('a client that gives up leaves the queue', () =>
    serving(servers(', max_concurrent: 1'), async () => {
      const wire = new ModernWire(gateway.url());
      const length = () => metric('gatehouse_server_queue_length{server="jira"}');
      const held = new AbortController();
      const send = (params, { signal }) => {
        const { body, headers } = wire.request('tools/call', params);
        return post(gateway.url(), body, headers, { signal });
      };
      const running = assert.rejects(send({ name: 'jira.hold', arguments: { key: 'queue' } }, held));
      await until('the first call to run', async () => (await metric('gatehouse_server_calls_in_flight{server="jira"}')) === 1);
      const abort = new AbortController();
      const waiting = assert.rejects(send(ECHO, abort));
      await until('the second call to wait', async () => (await length()) === 1);
      abort.abort();
      await waiting;
      await until('it to leave the queue', async () => (await length()) === 0);
      held.abort();
      await running;
      assert.equal((await wire.send('tools/call', ECHO)).response.result.content[0].text, 'x', 'the place is free');
    }));

  it('the example of preauth lets so many requests of a network through at once (here with smaller numbers)', () =>
    serving(example('preauth').replace('rate: 100/s', 'rate: 1/s').replace('burst: 200', 'burst: 20') + servers(), async () => {
      const answers = [];
      for (let n = 0; n < 30; ++n) answers.push(await fetch(gateway.url(), { method: 'POST', body: '{}' }).then(async (reply) => {
        return { status: reply.status, retry: reply.headers.get('retry-after'), text: await reply.text() };
      }));
      const refused = answers.filter(({ status }) => status === 429);
      assert.ok(refused.length >= 8, `${refused.length} were refused`);
      assert.equal(refused[0].retry, '1');
      assert.equal(JSON.parse(refused[0].text).error.data.scope, 'ip');
      assert.ok(await metric('gatehouse_preauth_refused_total') >= 8);
    }));
});

describe('limits of people with keys', { timeout: 120_000 }, () => {
  let server;
  let gateway;
  let keys;

  before(async () => { server = await startHttp(fixture('modern_server.mjs')); });
  after(() => server?.stop());

  /// Runs `steps` with a gateway of this configuration and three people who may use it.
  async function serving(config, steps, more = {}) {
    gateway = await Gateway.serve({ ...config, servers: { jira: { url: server.target.url, ...more } }, ...keyFile() });
    try {
      keys = Object.fromEntries(['alice', 'bob', 'carol'].map((name) => [name, createKey(gateway, name).key]));
      await until('the keys to be known', () => gateway.events.some(({ change, name }) => change === 'added' && name === 'carol'));
      await steps();
    } finally {
      await gateway.stop();
    }
  }
  const send = (key, method, params) =>
    new ModernWire(gateway.url(), { headers: { Authorization: `Bearer ${key}` } }).send(method, params);
  const echo = async (key) => (await send(key, 'tools/call', ECHO)).status;

  it('each has his own, whoever floods', () =>
    serving({ limits: [{ per: 'user', rate: '5/h' }, { per: 'apikey', rate: '100/h' }] }, async () => {
      const flood = await Promise.all(Array.from({ length: 50 }, () => echo(keys.alice)));
      assert.equal(flood.filter((status) => status === 200).length, 5);
      assert.equal(flood.filter((status) => status === 429).length, 45);
      for (let n = 0; n < 5; ++n) assert.equal(await echo(keys.bob), 200);
      assert.equal(await echo(keys.bob), 429);
    }));

  it('in front of a busy server everybody gets his turn', () =>
    serving({}, async () => {
      const done = [];
      const count = async (key, name) => {
        const { response } = await send(key, 'tools/call', { name: 'jira.count', arguments: { steps: 3 } });
        assert.equal(response.result?.content[0].text, 'counted to 3');
        done.push(name);
      };
      const flood = Array.from({ length: 12 }, () => count(keys.alice, 'alice'));
      await new Promise((later) => setTimeout(later, 50));
      await Promise.all([count(keys.bob, 'bob'), count(keys.carol, 'carol'), ...flood]);
      const place = (name) => done.indexOf(name);
      assert.ok(place('bob') <= 4 && place('carol') <= 4, done.join(' '));
    }, { max_concurrent: 1 }));

  const wrong = (key) => key.replace(/_[^_]*_[^_]*$/, '_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_000000');
  const PREAUTH = { preauth: { free_failures: 3, backoff: '1m' } };

  // T16, RS-37
  it('who guesses a key has to wait, and learns nothing about it', () =>
    serving({ limits: PREAUTH }, async () => {
      const made_up = keys.alice.replace(/^(gatek_[a-z]+)_[^_]+/, '$1_aaaaaaaaaaaa');
      const tries = async (key) => {
        const answers = [];
        for (let n = 0; n < 6; ++n) {
          const { status, headers, text } = await send(wrong(key), 'tools/list');
          answers.push({ status, retry: headers.get('retry-after') !== null, text: text.replace(/"requestId":"\w+"/, '').replaceAll(/\d+/g, '0') });
        }
        return answers;
      };
      const known = await tries(keys.alice);
      assert.deepEqual(known.map(({ status }) => status), [401, 401, 401, 401, 429, 429]);
      assert.ok(known.at(-1).retry);
      assert.deepEqual(await tries(made_up), known, 'a key that does not exist looks the same');
      assert.equal(await echo(keys.alice), 429, 'guessing does not pay: the right one waits as well');
      assert.equal(await echo(keys.bob), 200, 'the neighbour does not');
    }));

  it('a network that sends many wrong keys is not told more than that', () =>
    serving({ limits: { preauth: { failures: '10/h' } } }, async () => {
      const statuses = [];
      for (let n = 0; n < 30; ++n) statuses.push((await send(`gatek_live_aaaaaaaaaa${String(n).padStart(2, 'a')}_x_y`, 'tools/list')).status);
      assert.deepEqual([...new Set(statuses.slice(0, 10))], [401]);
      assert.deepEqual([...new Set(statuses.slice(10))], [429]);
      assert.equal(await echo(keys.alice), 200);
    }));
});
