// Every client against every server with every feature, through one gateway with prefixed names. What is expected of a cell
// is told in matrix_limits.mjs; whatever is not mentioned there works. With GATEHOUSE_DIRECT=1 a client connects straight to
// the servers of its own era and transport, which proves the fixtures and the assertions.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Gateway } from './gateway.mjs';
import { answers, features } from './matrix_features.mjs';
import { expectation } from './matrix_limits.mjs';
import { fails } from './not_yet.mjs';
import { connect } from './peers.mjs';
import { kinds, start } from './servers.mjs';

/// `target` tells how the client reaches a gateway.
export const clients = {
  http: { title: 'SDK 1.x over Streamable HTTP', era: 'legacy', transport: 'http', target: (gateway) => ({ url: gateway.url() }) },
  sse: { title: 'SDK 1.x over HTTP+SSE', era: 'legacy', transport: 'sse', target: (gateway) => ({ url: gateway.url('/mcp/sse'), transport: 'sse' }) },
  modern: { title: 'SDK 2.x', era: 'modern', transport: 'http', target: (gateway) => ({ url: gateway.url() }) },
  stdio: {
    title: 'a stdio host through `gatehouse connect`', era: 'legacy', transport: 'stdio',
    target: (gateway) => ({ command: gateway.binary, args: ['connect', gateway.url()] })
  }
};

const direct = process.env.GATEHOUSE_DIRECT === '1';

/// Defines the tests of one client.
export function matrix(name) {
  const client = clients[name];
  const chosen = kinds.filter((kind) => !direct || (kind.era === client.era && (client.era === 'modern' || kind.transport === client.transport)));
  const servers = new Map();      // name of a kind -> {target, stop}
  let gateway;
  let shared;                     // The one peer through the gateway, or the reason why there is none.

  before(async () => {
    await Promise.all(chosen.map(async (kind) => servers.set(kind.name, await start(kind))));
    if (direct) return;
    gateway = await Gateway.serve({
      servers: Object.fromEntries([...servers].map(([server, { target }]) => [server, { ...target, prefer_tasks: true }])),
      limits: { page_bytes: 2048 }, tasks: { facade: 'all' }
    });
    shared = await connect(client.era, client.target(gateway), { answers }).catch((error) => ({ error }));
  });

  after(async () => {
    try {
      if (shared && !shared.error) await shared.close();
      await gateway?.stop();
    } finally {
      for (const { stop } of servers.values()) stop();
    }
  });

  for (const kind of chosen) {
    describe(`${client.title}, ${kind.name}`, { timeout: 120_000 }, () => {
      let peer;
      before(async () => {
        peer = direct ? await connect(client.era, servers.get(kind.name).target, { answers }) : shared;
      });
      after(() => direct ? peer?.close() : undefined);

      for (const [feature, run] of Object.entries(features)) {
        const expected = expectation(feature, name, kind.name);
        const isProvable = feature !== 'tasks' || client.era === 'legacy';
        if (direct && (expected.verdict === 'impossible' || !isProvable)) continue;
        it(`${feature}${expected.verdict === 'works' || direct ? '' : ` (${expected.verdict}: ${expected.why})`}`, async () => {
          if (peer.error) assert.notEqual(expected.verdict, 'works', peer.error.stack);
          else if (expected.verdict === 'works' || direct) await run(cell(name, client, kind, peer));
          else await fails(() => run(cell(name, client, kind, peer)), 'take it out of matrix_limits.mjs, and write docs/interop.md anew');
        });
      }
    });
  }
}


function cell(name, client, kind, peer) {
  return {
    peer, direct, rejoined: !direct && client.transport === 'stdio', era: client.era, server: kind, tag: `${name}-${kind.name}`.replaceAll('-', '_'),
    own: (item) => direct ? item : `${kind.name}.${item}`,
    ownUri: (uri) => direct ? uri : `gh-${kind.name}+${uri}`,
    isOwn: (item) => direct || item.startsWith(`${kind.name}.`),
    isOwnUri: (uri) => direct || uri.startsWith(`gh-${kind.name}+`)
  };
}
