// Servers that hang, crash, crawl or lie, beside healthy ones under load: no call hangs past its deadline, the breaker opens and
// closes as configured, refusals come at once and say when to try again, lists stay, and the healthy ones do not notice.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Broken, brokenProgram, ways } from './fixtures/broken_servers.mjs';
import { Gateway } from './lib/gateway.mjs';
import { attempt, Load } from './lib/load.mjs';
import { connect } from './lib/peers.mjs';
import { fixture, startHttp } from './lib/servers.mjs';
import { until } from './lib/wait.mjs';

const TIMEOUT_MS = 400;           // of a call, as configured
const PROGRAM_MS = 1_000;         // of one whose program may just have been started
const LATE_MS = 1_500;            // what a busy machine may add to it
const OPEN_MS = 600;
const FAILURES = 3;
const SLOW_MS = 2_000;            // No call of a healthy server takes longer, even on a busy machine.

const guarded = (target, more = {}) => ({
  ...target, timeout: `${TIMEOUT_MS}ms`, max_timeout: '2s',
  breaker: { failures: FAILURES, open_for: `${OPEN_MS}ms`, max_open_for: '2s' },
  health_check: { interval: '1h', timeout: '300ms' }, ...more
});

// The examples of the manual: what operators and clients are told to expect is what they get, member by member.
const [refusalExample, healthExample] = readFileSync(new URL('../../docs/resilience.md', import.meta.url), 'utf8')
  .split('```json\n').slice(1).map((block) => JSON.parse(block.split('```')[0]));
const shape = (value) => (value !== null && typeof value === 'object'
  ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)])) : typeof value);

const health = async (gateway) => (await fetch(gateway.url('/health'))).json();
const breakerOf = async (gateway, name) => (await health(gateway)).servers[name].breaker;
/// The median of what the gateway says its calls took.
const median = (calls) => calls.map(({ duration_ms: ms }) => ms).sort((a, b) => a - b)[Math.floor(calls.length / 2)];
const lines = (gateway, name) => gateway.events.filter(({ event, server }) => event === 'call' && server === name);

describe('a server that is broken', { timeout: 240_000 }, () => {
  const broken = {};              // by its name in the configuration: one for each test, so that they can run at the same time
  const others = ['bad-refused', 'bad-pausing', 'bad-lists', 'bad-neighbour'];
  const nameOf = (way) => `bad-${way.replaceAll('_', '-')}`;
  let gateway;
  let peers;
  let web;

  before(async () => {
    for (const name of ['bad', ...others, ...ways.map(nameOf)]) broken[name] = await new Broken().start();
    web = await startHttp(fixture('modern_server.mjs'));
    gateway = await Gateway.serve({
      servers: {
        ...Object.fromEntries(Object.entries(broken).map(([name, { url }]) => [name, guarded({ url })])),
        web: web.target, program: guarded(brokenProgram()), sleeper: guarded(brokenProgram('sleeper'), { timeout: `${PROGRAM_MS}ms` }),
        pipe: { command: process.execPath, args: [fixture('legacy_server.mjs'), '--stdio', 'pipe'] }
      }
    });
    peers = await Promise.all(['legacy', 'modern'].map((era) => connect(era, { url: gateway.url() })));
  });
  after(async () => {
    try {
      await Promise.all(peers?.map((peer) => peer.close()) ?? []);
      await gateway?.stop();
    } finally {
      web?.stop();
      for (const server of Object.values(broken)) await server.close();
    }
  });

  /// The value of a series at this moment.
  async function metrics() {
    const admin = gateway.events.find(({ event }) => event === 'admin listening').url;
    const text = await (await fetch(new URL('/metrics', admin))).text();
    return (series) => Number(text.split('\n').find((line) => line.startsWith(`${series} `))?.split(' ').pop());
  }
  const degraded = async () => (await peers[1].page('tools/list'))._meta?.['io.gatehouse/degraded']?.backends ?? [];
  const toolNames = async (server) => (await peers[1].tools()).map(({ name }) => name).filter((name) => name.startsWith(`${server}.`));

  async function heal(name) {
    Object.assign(broken[name], { way: 'ok', all: false, once: false });
    await until('the server to be called again', async () => {
      await attempt(peers[0], `${name}.echo`, { text: 'x' }, 'x');
      return await breakerOf(gateway, name) === 'closed';
    }, 15_000);
    await until('its lists to be fresh', async () => !(await degraded()).includes(name));
  }

  /// Calls until the breaker is open. None takes longer than its deadline, and each failure names the server.
  async function breakIt(name, way) {
    Object.assign(broken[name], { way, all: true });
    for (let n = 0; n < FAILURES; ++n) {
      const { ok, ms, message } = await attempt(peers[n % 2], `${name}.echo`, { text: 'x' });
      assert.ok(!ok, `${way}: ${message}`);
      if (way !== 'status_500_json') assert.ok(message.includes(name), 'the error names the server');
      assert.ok(ms < TIMEOUT_MS + LATE_MS, `${way}: a call took ${ms} ms`);
    }
    await until(`${way} to be found out`, async () => {
      const { state, breaker } = (await health(gateway)).servers[name];
      return breaker !== 'closed' || state === 'down';
    });
  }

  describe('beside others, under load', { concurrency: true }, () => {
    let loads;
    before(() => { loads = ['web.echo', 'pipe.echo'].map((name) => new Load(peers, name)); });
    after(async () => {
      for (const { calls, failures, slowest } of await Promise.all(loads.map((load) => load.stop()))) {
        assert.deepEqual(failures.slice(0, 3), [], `${failures.length} of ${calls} calls of healthy servers failed`);
        assert.ok(calls > 20 && slowest < SLOW_MS, `${calls} calls, the slowest took ${slowest} ms`);
      }
    });

    for (const way of ways) {
      it(`opens the breaker, is listed, and comes back: ${way}`, async () => {
        const name = nameOf(way);
        await breakIt(name, way);
        const { status, servers: { [name]: { lastError, since } } } = await health(gateway);
        assert.equal(status, 'degraded');
        assert.ok(lastError.message.length > 5 && Date.parse(lastError.at) && Date.parse(since));
        await until('the lists to be marked', async () => (await degraded()).includes(name));
        assert.deepEqual(await toolNames(name), ['echo', 'get_thing', 'set_thing'].map((tool) => `${name}.${tool}`), 'the last known lists');
        await heal(name);
      });
    }
  });

  describe('by itself', { concurrency: true }, () => {
    it('is refused at once, with an error that says when to try again', async () => {
      const name = 'bad-refused';
      const bad = broken[name];
      await breakIt(name, 'hang');
      const before = bad.count('tools/call');
      const seen = lines(gateway, name).length;
      const healthy = lines(gateway, 'web').length;
      for (let n = 0; n < 20; ++n) {
        await peers[n % 2].call('web.echo', { text: 'x' });
        const result = await peers[n % 2].call(`${name}.echo`, { text: 'x' });
        assert.ok(result.isError);
        assert.match(result.content[0].text, /"bad-refused" is (out of order and not called for now|not available now); try again/);
        const error = result._meta['io.gatehouse/error'];
        assert.equal(error.server, name);
        assert.match(error.state, /open|down/);
        assert.ok(error.retryAfterMs > 0 && error.retryAfterMs <= 60_000);
        assert.equal(error.gatehouse.retryable, true);
        if (n % 2 === 0) assert.deepEqual(shape(result), shape(refusalExample), 'as the manual shows it');
      }
      await assert.rejects(peers[0].read(`gh-${name}+raw:///a`), (error) => error.code === -31001 && error.data.server === name);
      await assert.rejects(peers[0].subscribe(`gh-${name}+raw:///a`), (error) => error.code === -31001 && error.data.state !== undefined);
      assert.equal(bad.count('tools/call'), before, 'nothing was sent');
      await until('the log', () => lines(gateway, name).length >= seen + 22);
      const [refused, answered] = [lines(gateway, name).slice(seen), lines(gateway, 'web').slice(healthy)].map(median);
      assert.ok(refused < answered, `half of the refusals took more than ${refused} ms, half of the answers of a healthy server ${answered} ms`);
      await heal(name);
    });

    it('stays refused while its pings hang, and pauses longer each time', async () => {
      const name = 'bad-pausing';
      const bad = broken[name];
      await breakIt(name, 'hang');
      const before = bad.count('tools/call');
      await until('two checks to fail', async () => bad.count('ping') > 0 && (await health(gateway)).servers[name].retryAfterMs > OPEN_MS * 2, 10_000);
      assert.equal(bad.count('tools/call'), before, 'no call of a user was spent on it');
      await heal(name);
    });

    it('may hang while its lists are read: nobody else notices, and it comes back', async () => {
      const name = 'bad-lists';
      const bad = broken[name];
      Object.assign(bad, { way: 'status_503', all: true });
      await until('the server to be down', async () => {
        await attempt(peers[0], `${name}.echo`, { text: 'x' });
        return (await health(gateway)).servers[name].state === 'down';
      });
      const asked = bad.count('tools/list');
      bad.way = 'hang';
      const load = new Load(peers, 'pipe.echo');
      let outcome;
      try {
        await until('two lists to be waited for in vain', () => bad.count('tools/list') >= asked + 2, 15_000);
      } finally {
        outcome = await load.stop();
      }
      assert.deepEqual(outcome.failures.slice(0, 3), []);
      assert.ok(outcome.slowest < SLOW_MS, `a call took ${outcome.slowest} ms`);
      await heal(name);
    });

    it('over stdio, crashing at every call', async () => {
      for (let n = 0; n < FAILURES; ++n) {
        await until('the program to be back', async () => (await health(gateway)).servers.program.state === 'up');
        const { ok, message } = await attempt(peers[n % 2], 'program.crash', {});
        assert.ok(!ok && /program/.test(message), message);
      }
      await until('the program to answer again', async () => (await attempt(peers[0], 'program.echo', { text: 'x' }, 'x')).ok, 15_000);
      assert.equal(await breakerOf(gateway, 'program'), 'closed');
    });

    it('over stdio, hanging: it is started again, and no call is spent on finding out', async () => {
      const pid = await peers[0].text('sleeper.whoami', {});
      const outcomes = await Promise.all(Array.from({ length: FAILURES }, (_, n) => attempt(peers[n % 2], 'sleeper.hang', {})));
      for (const { ok, ms } of outcomes) assert.ok(!ok && ms < PROGRAM_MS + LATE_MS, `a call took ${ms} ms`);
      // It opened; by now it may be half open, or closed again.
      assert.ok((await metrics())('gatehouse_server_breaker_transitions_total{server="sleeper",to="open"}') > 0);
      await until('another process to answer', async () => {
        const { ok, message } = await attempt(peers[0], 'sleeper.whoami', {});
        assert.match(message, ok ? /^\d+$/ : /out of order|not available now/);
        return ok && message !== pid;
      }, 20_000);
    });

    it('keeps its breaker when the configuration of others changes', async () => {
      const name = 'bad-neighbour';
      await breakIt(name, 'hang');
      const config = JSON.parse(readFileSync(gateway.configFile, 'utf8'));
      config.servers.newcomer = { url: broken[name].url };
      gateway.configure(config);
      await until('the newcomer', async () => 'newcomer' in (await health(gateway)).servers);
      assert.notEqual(await breakerOf(gateway, name), 'closed');
      delete config.servers.newcomer;
      gateway.configure(config);
      await until('the newcomer to go', async () => !('newcomer' in (await health(gateway)).servers));
      await heal(name);
    });
  });

  it('is heard: errors of clients and of tools open nothing', async () => {
    for (let n = 0; n < FAILURES * 3; ++n) await attempt(peers[0], 'bad.no_such_tool', {});
    for (let n = 0; n < FAILURES * 3; ++n) await attempt(peers[1], 'web.fail', {});
    assert.equal(await breakerOf(gateway, 'bad'), 'closed');
    assert.equal(await breakerOf(gateway, 'web'), 'closed');
  });

  it('shows in the metrics', async () => {
    const value = await metrics();
    assert.equal(value('gatehouse_server_breaker_state{server="bad"}'), 0);
    const transitions = (to) => Object.keys(broken).reduce((sum, name) => sum + value(`gatehouse_server_breaker_transitions_total{server="${name}",to="${to}"}`), 0);
    for (const to of ['open', 'closed']) assert.ok(transitions(to) >= ways.length, to);
    assert.ok(value('gatehouse_server_breaker_refused_total{server="bad-refused"}') >= 20);
    assert.ok(value('gatehouse_server_health_checks_total{server="bad-pausing",result="failed"}') > 0);
  });
});

describe('a call that fails', { timeout: 60_000 }, () => {
  let bad;
  let gateway;
  let peer;

  before(async () => {
    bad = await new Broken().start();
    gateway = await Gateway.serve({
      servers: {
        bad: guarded({ url: bad.url }, {
          breaker: 'off', retry_safe: ['get_*'], first_byte_timeout: '100ms', timeout: '2s', retries: { max: 2, min_per_second: 100 }
        }),
        once: guarded({ url: bad.url }, { retries: 'off' }),
        w: guarded({ url: bad.url }, { retries: 'off', max_reply_bytes: '64KiB', breaker: 'off' }),
        narrow: guarded({ url: bad.url }, { max_concurrent: 1, breaker: { failures: 1, open_for: '1h' }, health_check: 'off' })
      }
    });
    peer = await connect('legacy', { url: gateway.url() });
  });
  after(async () => {
    try {
      await peer?.close();
      await gateway?.stop();
    } finally {
      await bad?.close();
    }
  });
  beforeEach(() => Object.assign(bad, { way: 'ok', all: false, once: true, deaf: [], asked: [] }));

  for (const way of ['crash', 'status_500', 'wrong_id', 'hang']) {
    it(`is sent again if it is a read: ${way}`, async () => {
      bad.way = way;
      assert.equal((await peer.read('gh-bad+raw:///a')).contents[0].text, 'content');
      assert.equal(bad.count('resources/read'), 2);
    });
  }

  it('is sent again if the operator says that the tool may run twice', async () => {
    bad.way = 'crash';
    assert.equal(await peer.text('bad.get_thing', {}), 'done');
    assert.equal(bad.count('tools/call'), 2);
  });

  it('is not sent again otherwise: it may have run', async () => {
    bad.way = 'crash';
    assert.ok((await peer.call('bad.set_thing', {})).isError);
    assert.equal(bad.count('tools/call'), 1);
  });

  it('is not sent again when its client has heard of it', async () => {
    bad.way = 'progress_then_crash';
    const steps = [];
    assert.ok((await peer.call('bad.get_thing', {}, { onprogress: (step) => steps.push(step) })).isError);
    assert.equal(steps.length, 1);
    assert.equal(bad.count('tools/call'), 1);
  });

  it('is sent three times at most', async () => {
    Object.assign(bad, { way: 'crash', once: false });
    assert.ok((await peer.call('bad.get_thing', {})).isError);
    assert.equal(bad.count('tools/call'), 3);
  });

  it('is sent once if retries are off', async () => {
    bad.way = 'crash';
    await assert.rejects(peer.read('gh-once+raw:///a'));
    assert.equal(bad.count('resources/read'), 1);
  });

  for (const way of ['status_429', 'status_503']) {
    it(`says nothing about the calls of others, nor while the lists are asked for: ${way}`, async () => {
      Object.assign(bad, { way, deaf: ['tools/list'] });
      assert.ok((await peer.call('w.set_thing', {})).isError);
      for (let n = 0; n < 20; ++n) assert.equal(await peer.text('w.set_thing', {}), 'done');
      assert.equal((await health(gateway)).servers.w.state, 'up');
    });
  }

  it('says whose fault it is, also where the server has a name that is in every message', async () => {
    for (const [way, reason] of [['hang', 'timed_out'], ['crash', 'outcome_unknown'], ['status_503', 'unavailable']]) {
      bad.way = way;
      const { isError, content: [{ text }], _meta } = await peer.call('w.set_thing', {});
      assert.ok(isError && text.includes('"w"'), text);
      const { gatehouse } = _meta['io.gatehouse/error'];
      assert.deepEqual([gatehouse.reason, gatehouse.backend], [reason, 'w']);
    }
    bad.way = 'garbage';
    await assert.rejects(peer.call('w.set_thing', {}), (error) => error.code === -32603 && error.message.includes('"w"'));
  });

  it('with an answer that is too long is not the fault of its client', async () => {
    bad.way = 'too_long';
    await assert.rejects(peer.call('w.set_thing', {}), (error) => error.code === -32603 && /"w".*larger than 65536/.test(error.message));
  });

  it('opens the breaker, and the calls that wait for their turn are refused at once', async () => {
    Object.assign(bad, { way: 'hang', once: false });
    const outcomes = await Promise.all([1, 2, 3, 4, 5].map(() => attempt(peer, 'narrow.set_thing', {})));
    for (const { ok, ms } of outcomes) assert.ok(!ok && ms < TIMEOUT_MS + LATE_MS, `a call took ${ms} ms`);
    assert.equal(outcomes.filter(({ message }) => /out of order/.test(message)).length, 4);
    assert.equal(bad.count('tools/call'), 1);
  });

  it('that nothing is heard of ends after first_byte_timeout', async () => {
    Object.assign(bad, { way: 'hang', once: false });
    const { ok, ms } = await attempt(peer, 'bad.set_thing', {});
    assert.ok(!ok && ms < 1_500, `it took ${ms} ms`);
  });

  it('that has begun to be answered has longer', async () => {
    Object.assign(bad, { way: 'slow_head', once: false });
    const { ok, ms } = await attempt(peer, 'bad.set_thing', {});
    assert.ok(!ok && ms > 1_800, `it took ${ms} ms`);
  });
});

describe('health checks', { timeout: 60_000 }, () => {
  it('find a server that hangs before a user does', async () => {
    const bad = await new Broken().start();
    let gateway;
    try {
      gateway = await Gateway.serve({
        servers: { idle: guarded({ url: bad.url }, { health_check: { interval: '200ms', timeout: '100ms', unhealthy_after: 2 } }) }
      });
      await until('checks of an idle server', () => bad.count('ping') >= 2);
      Object.assign(bad, { way: 'hang', all: true });
      await until('the server to be found', async () => {
        const page = await health(gateway);
        const { breaker, unhealthy } = page.servers.idle;
        if (breaker !== 'open' || !unhealthy) return false;
        assert.deepEqual(shape({ ...page, servers: { jira: page.servers.idle } }), shape(healthExample), 'as the manual shows it');
        return true;
      });
      bad.way = 'ok';
      await until('the server to be forgiven', async () => (await health(gateway)).status === 'ok');
      assert.equal(bad.count('tools/call'), 0);
    } finally {
      try {
        await gateway?.stop();
      } finally {
        await bad.close();
      }
    }
  });

  it('leave a healthy idle program alone', async () => {
    const gateway = await Gateway.serve({
      servers: { sleeper: guarded(brokenProgram(), { health_check: { interval: '100ms' } }) }, log: { level: 'debug' }
    });
    try {
      await until('many intervals to pass', (() => { const end = performance.now() + 700; return () => performance.now() > end; })());
      const admin = gateway.events.find(({ event }) => event === 'admin listening').url;
      const text = await (await fetch(new URL('/metrics', admin))).text();
      assert.match(text, /gatehouse_server_health_checks_total\{server="sleeper",result="passed"\} 0\n/);
    } finally {
      await gateway.stop();
    }
  });
});
