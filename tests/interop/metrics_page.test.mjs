// docs/metrics.md: what it lists is what a running gateway serves.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { Gateway } from './lib/gateway.mjs';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8');
const NOT_YET = 'gatehouse_policy_rule_events_total counter';  // rules are not listed before they do something
const listed = [...PAGE.matchAll(/^\| `((?:gatehouse|mcp|process)_\w+)` \| (\w+) \|/mg)].map(([, name, type]) => `${name} ${type}`);

it('docs/metrics.md lists what is served, no less and no more', { timeout: 30_000 }, async () => {
  const gateway = await Gateway.serve({
    public_url: 'http://127.0.0.1',
    servers: { gone: { url: 'http://127.0.0.1:1/mcp' } },
    limits: { rates: [{ per: 'user', rate: '100/m' }] },
    auth: { issuers: [{ issuer: 'http://127.0.0.1:1', id: 'gone', discovery: 'static', jwks_uri: 'http://127.0.0.1:1/keys' }] },
    policy: { rules: [{ id: 'all' }] }
  });
  try {
    const admin = gateway.events.find(({ event }) => event === 'admin listening').url;
    const text = await (await fetch(new URL('/metrics', admin))).text();
    const served = [...text.matchAll(/^# TYPE (\w+) (\w+)$/mg)].map(([, name, type]) => `${name} ${type}`);
    assert.ok(listed.length > 50);
    assert.deepEqual([...served, NOT_YET].toSorted(), listed.toSorted());
    assert.match(text, /^process_resident_memory_bytes [1-9]/m);
  } finally {
    await gateway.stop();
  }
});
