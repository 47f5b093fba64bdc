// What the gateway leaves behind when it ends, asked or not: no process, and no call that it had begun.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Gateway } from './lib/gateway.mjs';
import { connect } from './lib/peers.mjs';
import { descendants, isAlive } from './lib/processes.mjs';
import { fixture } from './lib/servers.mjs';
import { until } from './lib/wait.mjs';

const program = (file, ...args) => ({ command: process.execPath, args: [fixture(file), ...args] });
const shell = (file) => ({ command: '/bin/sh', args: ['-c', `"${process.execPath}" "${fixture(file)}" --stdio; exit 0`] });
const polite = {
  old: program('legacy_server.mjs', '--stdio'), new: program('modern_server.mjs', '--stdio'), shell: shell('legacy_server.mjs')
};
const stubborn = { stubborn: program('stubborn_server.mjs', '--stdio') };
const launcher = { launcher: program('stubborn_server.mjs', '--parent') };

describe('the end of the gateway', { timeout: 120_000, concurrency: true }, () => {
  const started = [];             // Processes below the gateways, so that a failed test leaves none.
  after(() => {
    for (const pid of started.filter(isAlive)) process.kill(pid, 'SIGKILL');
  });

  /// A gateway whose servers all run: {gateway, pids of everything below it}.
  async function running(servers) {
    const gateway = await Gateway.serve({ servers });
    try {
      const peer = await connect('legacy', { url: gateway.url() });
      for (const name of Object.keys(servers)) await until(`${name} to answer`, () => peer.text(`${name}.whoami`, {}).catch(() => false));
      const pids = descendants(gateway.pid).map(({ pid }) => pid);
      assert.ok(pids.length >= Object.keys(servers).length);
      return { gateway, peer, pids };
    } finally {
      started.push(...descendants(gateway.pid).map(({ pid }) => pid));
    }
  }

  const allGone = (pids) => until('every process of the gateway to be gone', () => !pids.some(isAlive), 10_000);

  const cases = { 'polite servers': polite, 'a stubborn server': stubborn, 'a stubborn launcher': launcher };
  for (const [what, servers] of Object.entries(cases)) {
    it(`by kill -9 leaves nobody behind: ${what}`, async () => {
      const { gateway, pids } = await running(servers);
      gateway.kill();
      await gateway.exited;
      await allGone(pids);
    });

    it(`by SIGTERM leaves nobody behind: ${what}`, async () => {
      const { gateway, peer, pids } = await running(servers);
      await peer.close();
      await gateway.stop();
      await allGone(pids);
    });
  }

  it('by SIGTERM lets a running call end, then leaves with exit code 0', async () => {
    const { gateway, peer, pids } = await running(polite);
    const naps = ['old', 'new'].map((name) => peer.text(`${name}.nap`, { ms: 1_500 }));
    const steps = [];
    const count = peer.text('old.count', { steps: 40 }, { onprogress: ({ progress }) => steps.push(progress) });
    await until('a call to run', () => steps.length > 0);
    gateway.child.kill('SIGTERM');
    assert.deepEqual(await Promise.all(naps), ['slept 1500 ms', 'slept 1500 ms']);
    assert.equal(await count, 'counted to 40');
    await gateway.stop();
    await allGone(pids);
  });
});
