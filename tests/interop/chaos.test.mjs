// One of three servers dies and comes back, again and again, under load: the others do not notice, its own calls fail at
// once with an error that names it, and succeed again without anybody's help.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { brokenProgram } from './fixtures/broken_servers.mjs';
import { Gateway } from './lib/gateway.mjs';
import { attempt, Load } from './lib/load.mjs';
import { connect } from './lib/peers.mjs';
import { descendants, isZombie } from './lib/processes.mjs';
import { fixture, startHttp } from './lib/servers.mjs';
import { pause, until } from './lib/wait.mjs';

const KILLS = 20;
const RESTARTS = 5;
const SLOW_MS = 3_000;            // No call of a healthy server takes longer, even on a busy machine.
const FAST_MS = 2_000;            // A call of the dead server has failed by then.
const BACK_MS = 15_000;           // And the server answers again by then.

const stdio = (name, file = 'legacy_server.mjs') => ({ command: process.execPath, args: [fixture(file), '--stdio', name] });

describe('a server that dies', { timeout: 180_000 }, () => {
  let gateway;
  let peers;
  let web;

  before(async () => {
    web = await startHttp(fixture('legacy_server.mjs'));
    gateway = await Gateway.serve({
      servers: { alpha: stdio('alpha'), beta: brokenProgram('beta'), gamma: stdio('gamma', 'modern_server.mjs'), web: web.target }
    });
    peers = await Promise.all(['legacy', 'modern'].map((era) => connect(era, { url: gateway.url() })));
  });
  after(async () => {
    try {
      await Promise.all(peers?.map((peer) => peer.close()) ?? []);
      await gateway?.stop();
    } finally {
      web?.stop();
    }
  });

  /// Loads the untouched servers and the victim, runs `disturb`, and judges what came of it.
  async function underLoad(victim, untouched, disturb) {
    const loads = new Map([victim, ...untouched].map((name) => [name, new Load(peers, `${name}.echo`)]));
    let results;
    try {
      await disturb();
    } finally {
      results = new Map(await Promise.all([...loads].map(async ([name, load]) => [name, await load.stop()])));
    }
    for (const name of untouched) {
      const { calls, failures, slowest } = results.get(name);
      assert.deepEqual(failures.slice(0, 3), [], `${failures.length} of ${calls} calls of ${name} failed`);
      assert.ok(calls > 50, `only ${calls} calls of ${name}`);
      assert.ok(slowest < SLOW_MS, `a call of ${name} took ${slowest} ms`);
    }
    const { calls, failures } = results.get(victim);
    assert.ok(calls > failures.length, 'some calls of the victim succeeded');
    for (const { message, ms } of failures) {
      assert.match(message, new RegExp(victim), 'the error names the server');
      assert.ok(ms < FAST_MS, `the failure took ${ms} ms: ${message}`);
    }
  }

  const answers = (name) => until(`${name} to answer`, async () => {
    const outcome = await attempt(peers[0], `${name}.whoami`, {});
    return outcome.ok && outcome.message;
  }, BACK_MS);

  it(`over stdio, killed ${KILLS} times`, async () => {
    await underLoad('beta', ['alpha', 'gamma', 'web'], async () => {
      for (let kill = 1; kill <= KILLS; ++kill) {
        const pid = await answers('beta');
        const children = descendants(gateway.pid).filter(({ command }) => command.includes('beta'));
        assert.ok(children.some((child) => String(child.pid) === pid), `${pid} is a child of the gateway`);
        for (const child of children) process.kill(child.pid, 'SIGKILL');
        const next = await answers('beta');
        assert.notEqual(next, pid, 'a new process answers');
        await pause(20 * (kill % 4));  // Not always in the same moment of its life.
      }
    });
    await until('no zombie to be left', () => !descendants(gateway.pid).some(({ pid }) => isZombie(pid)), 5_000);
  });

  it(`over HTTP, restarted ${RESTARTS} times with all sessions lost`, async () => {
    const port = Number(new URL(web.target.url).port);
    await underLoad('web', ['alpha', 'beta', 'gamma'], async () => {
      for (let restart = 1; restart <= RESTARTS; ++restart) {
        const pid = await answers('web');
        web.stop();
        await until('the old process to be gone', async () => !(await attempt(peers[0], 'web.whoami', {})).ok);
        web = await startHttp(fixture('legacy_server.mjs'), { port });
        assert.notEqual(await answers('web'), pid, 'a new process answers');
      }
    });
  });
});
