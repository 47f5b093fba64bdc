// Do Gatehouse, npm jose and rhonabwy say the same about 100,000 tokens? Whatever one of them would let in and another would not has to be
// explained by a rule in tests/differential/jose_judge.cpp.
// GATEHOUSE_SEED repeats a run but for its keys, GATEHOUSE_TOKENS makes it longer or shorter.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { makeKeys } from './lib/jose_keys.mjs'
import { makeTokens, rules } from './lib/jose_tokens.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const binary = process.env.GATEHOUSE_BIN ?? join(here, '../../build/release/gatehouse')
const count = Number(process.env.GATEHOUSE_TOKENS ?? 100_000)
const seed = Number(process.env.GATEHOUSE_SEED ?? Date.now() % 1e9)

/** `ok`, `claims` when only the claims are wrong, `no` when the token cannot be trusted at all. */
async function verdictOfJose(token, keys) {
  try {
    await jwtVerify(token, keys, {
      algorithms: rules.algorithms, issuer: rules.issuer, audience: rules.audiences, typ: 'at+jwt', clockTolerance: rules.skew,
      maxTokenAge: rules.max_token_age, currentDate: new Date(rules.now * 1000), requiredClaims: ['exp', 'sub'],
    })
    return 'ok'
  } catch (error) {
    // ERR_JWT_INVALID: the signature is right, the payload is no JSON object.
    return /^ERR_JWT_(CLAIM_VALIDATION_FAILED|EXPIRED|INVALID)$/.test(error.code) ? 'claims' : 'no'
  }
}

test(`${count} tokens are judged alike (seed ${seed})`, { timeout: 600_000 }, async () => {
  const keys = makeKeys()
  const sets = keys.sets.map(set => createLocalJWKSet(set))
  const judge = spawn(join(dirname(binary), 'gatehouse-jose-judge'), { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(judge, 'exit')
  const said = []
  createInterface({ input: judge.stdout }).on('line', line => said.push(line))
  const write = async lines => {
    if (!judge.stdin.write(lines.map(line => JSON.stringify(line) + '\n').join(''))) await once(judge.stdin, 'drain')
  }

  await write([['rules', rules], ...keys.sets.map(set => ['keys', JSON.stringify(set)])])
  let batch = []
  const flush = async () => {
    const verdicts = await Promise.all(batch.map(({ set, token }) => verdictOfJose(token, sets[set])))
    await write(batch.map(({ kind, set, token }, i) => ['token', set, verdicts[i], kind, token]))
    batch = []
  }
  for (const token of makeTokens(keys, count, seed)) {
    if (batch.push(token) === 500) await flush()
  }
  await flush()
  judge.stdin.end()
  const [status] = await ended

  const summary = JSON.parse(said.pop())
  console.log(summary)
  assert.deepEqual(said.slice(0, 20), [], `${said.length} disagreements`)
  assert.equal(status, 0)
  assert.equal(summary.tokens, count)
  assert.ok(summary.outcomes.ok > count / 4, 'enough tokens are right')
  for (const outcome of ['bad_signature', 'bad_encoding', 'bad_json', 'bad_header', 'unknown_algorithm', 'algorithm_not_allowed', 'unknown_key',
    'ambiguous_key', 'key_mismatch', 'critical_extension', 'expired', 'not_yet_valid', 'issued_in_future', 'too_old', 'wrong_issuer',
    'wrong_audience', 'wrong_type', 'bad_claim', 'unknown_confirmation', 'too_large', 'encrypted', 'not_signed_token']) {
    assert.ok(summary.outcomes[outcome] > 0, `some tokens are ${outcome}`)
  }
})
