// A desktop host that speaks stdio only reaches the gateway through `mcp-remote`, as many do today.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Gateway } from './lib/gateway.mjs';
import { answers, features } from './lib/matrix_features.mjs';
import { connect } from './lib/peers.mjs';
import { kinds, start } from './lib/servers.mjs';

const PROXY = join(import.meta.dirname, 'node_modules/mcp-remote/dist/proxy.js');

describe('mcp-remote', { timeout: 60_000 }, () => {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-mcp-remote-'));
  const chosen = kinds.filter(({ transport }) => transport === 'stdio');
  let gateway;
  let peer;

  before(async () => {
    const servers = Object.fromEntries(await Promise.all(chosen.map(async (kind) => [kind.name, (await start(kind)).target])));
    gateway = await Gateway.serve({ servers });
    const env = { ...process.env, HOME: home, MCP_REMOTE_CONFIG_DIR: home };
    peer = await connect('legacy', { command: process.execPath, args: [PROXY, gateway.url(), '--transport', 'http-only'], env }, { answers });
  });
  after(async () => {
    try {
      await peer?.close();
      await gateway?.stop();
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  for (const kind of chosen) {
    for (const feature of ['list', 'call', 'structured content', 'progress', 'tool error', 'resources', 'prompts', 'completion']) {
      it(`${kind.name}: ${feature}`, () => features[feature]({
        peer, era: 'legacy', server: kind, direct: false, tag: `remote_${kind.name}`,
        own: (item) => `${kind.name}.${item}`, ownUri: (uri) => `gh-${kind.name}+${uri}`,
        isOwn: (item) => item.startsWith(`${kind.name}.`), isOwnUri: (uri) => uri.startsWith(`gh-${kind.name}+`)
      }));
    }
  }
  it('asks its user', () => features['elicitation, form']({ peer, own: (item) => `old-pipe.${item}` }));
});
