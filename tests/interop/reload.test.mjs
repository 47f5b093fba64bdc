// The configuration changes again and again under load: servers come, go and change, and no call of an untouched server
// fails. The gateway reloads when the file changes and on SIGHUP.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { brokenProgram } from './fixtures/broken_servers.mjs';
import { Gateway } from './lib/gateway.mjs';
import { Load } from './lib/load.mjs';
import { connect } from './lib/peers.mjs';
import { fixture, startHttp } from './lib/servers.mjs';
import { until } from './lib/wait.mjs';

const CHANGES = 50;
const APPLY_MS = 10_000;

const stdio = (...args) => ({ command: process.execPath, args: [fixture('legacy_server.mjs'), '--stdio', ...args] });

describe('a configuration that changes', { timeout: 180_000 }, () => {
  let gateway;
  let peers;
  let web;
  let steady;

  before(async () => {
    web = await startHttp(fixture('modern_server.mjs'));
    steady = { pipe: stdio('pipe'), web: web.target };
    gateway = await Gateway.serve({ servers: steady });
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

  const lists = async (name, known = 'echo') => (await peers[0].tools()).some((tool) => tool.name === `${name}.${known}`);
  const pidOf = (name) => peers[0].text(`${name}.whoami`, {}).catch(() => undefined);

  /// One step of the life of the server "moving": it comes, it changes, it goes. Every second one is told to the gateway, the
  /// others it finds itself.
  async function change(n) {
    const configure = (config) => {
      gateway.configure(config);
      if (n % 2) gateway.child.kill('SIGHUP');
    };
    if (n % 3 === 0) {
      configure({ servers: { ...steady, moving: brokenProgram('first') } });
      await until('the new server to be listed', () => lists('moving'), APPLY_MS);
    } else if (n % 3 === 1) {
      const before = await pidOf('moving');
      configure({ servers: { moving: brokenProgram(`change-${n}`), ...steady } });
      await until('the changed server to run anew', async () => {
        const pid = await pidOf('moving');
        return pid !== undefined && pid !== before;
      }, APPLY_MS);
    } else {
      configure({ servers: steady });
      await until('the removed server to be unlisted', async () => !(await lists('moving')), APPLY_MS);
    }
  }

  it(`drops no call of an untouched server in ${CHANGES} changes`, async () => {
    const pid = await pidOf('pipe');
    const loads = Object.keys(steady).map((name) => new Load(peers, `${name}.echo`));
    try {
      for (let n = 0; n < CHANGES; ++n) {
        await change(n);
        if (n % 5 === 0) gateway.child.kill('SIGHUP');  // Also without a change.
      }
    } finally {
      for (const { calls, failures } of await Promise.all(loads.map((load) => load.stop()))) {
        assert.deepEqual(failures.slice(0, 3), [], `${failures.length} of ${calls} calls failed`);
        assert.ok(calls > 100, `only ${calls} calls`);
      }
    }
    assert.equal(await pidOf('pipe'), pid, 'the untouched server still is the same process');
  });

  it('lets a call of a removed server end', async () => {
    gateway.configure({ servers: { ...steady, moving: stdio('busy') } });
    await until('the new server to be listed', () => lists('moving', 'count'), APPLY_MS);
    let steps = 0;
    const count = peers[0].text('moving.count', { steps: 60 }, { onprogress: () => ++steps });
    await Promise.race([count, until('the call to run', () => steps > 0)]);
    gateway.configure({ servers: steady });
    const [, done] = await Promise.all([
      until('the removed server to be unlisted', async () => !(await lists('moving')), APPLY_MS), count
    ]);
    assert.equal(done, 'counted to 60');
  });

  it('keeps the old configuration when the new one is wrong, and says so', async () => {
    const seen = gateway.lines.length;
    writeFileSync(gateway.configFile, '{"servers": {"pipe": {"comand": "typo"}}}');
    await until('the complaint', () => gateway.lines.slice(seen).some((line) => line.includes('comand')), APPLY_MS);
    assert.equal(await peers[0].text('pipe.echo', { text: 'still here' }), 'still here');
    gateway.configure({ servers: { ...steady, moving: stdio('again') } });
    await until('the right configuration to apply', () => lists('moving'), APPLY_MS);
  });
});
