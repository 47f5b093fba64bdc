// Tests of what does not work yet: they have to fail, so that nobody forgets them when it does.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { within } from './wait.mjs';

const LIMIT_MS = 7_000;

/// Resolves when `run` fails; fails when it does not, telling what to do then.
export async function fails(run, todo) {
  const error = await within('what does not work yet', Promise.resolve().then(run), LIMIT_MS).then(() => undefined, (thrown) => thrown);
  assert.ok(error, `this works now: ${todo}`);
}

/// A test; with `missing`, one that has to fail as long as that is missing.
export function test(title, run, missing) {
  it(missing ? `${title} (not yet: ${missing})` : title, { timeout: 60_000 },
    () => missing ? fails(run, 'remove the reason at the end of this test') : run());
}
