// Tokens for the differential test: right ones, and ones that are wrong in one way. Each kind says how it is made; nothing here says what
// becomes of it.
import { hmac } from './jose_keys.mjs'

export const rules = {
  issuer: 'https://issuer.example',
  audiences: ['https://mcp.example/a', 'https://mcp.example/b'],
  now: 1_800_000_000,
  skew: 60,
  max_token_age: 3600,
  algorithms: ['RS256', 'RS384', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'], // not RS512
}

const encode = value => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const order = { // of the curves
  p256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  ed: 0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3edn,
}

/** A small generator with a seed, so that a run can be repeated but for its keys. */
export function randomness(seed) {
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = n => Math.floor(next() * n)
  return { below, pick: list => list[below(list.length)] }
}

export function* makeTokens({ signers, foreign, short, sets }, count, seed) {
  const { below, pick } = randomness(seed)
  const names = Object.keys(signers)
  const alg = kid => signers[kid].alg

  const claims = (more = {}) => ({
    iss: rules.issuer, sub: `user-${below(1e6)}`, aud: pick(rules.audiences), client_id: 'client',
    exp: rules.now + 60 + below(3600), iat: rules.now - below(3000), scope: pick(['', 'read', 'read write']), ...more,
  })
  const header = (kid, more = {}) => ({ alg: alg(kid), kid, typ: 'at+jwt', ...more })
  const token = (signer, head, body) => {
    const text = `${encode(head)}.${encode(body)}`
    return `${text}.${signer.sign(text).toString('base64url')}`
  }
  const minted = (kid, head = {}, body = {}) => token(signers[kid], header(kid, head), claims(body))
  /** The fast ones to sign; slow ones now and then. */
  const anyKid = () => (below(40) === 0 ? pick(names) : pick(['ed', 'p256']))
  const raw = (head, body, kid = anyKid()) => ({ set: 0, token: token(signers[kid], head ?? header(kid), body ?? claims()) })

  // Changed copies of these make most of the tokens: signing is what takes time.
  const pool = []
  for (let i = 0; i < Math.max(200, count / 10); ++i) {
    const kid = i < 300 ? names[i % names.length] : pick(['ed', 'p256'])
    pool.push({ kid, token: minted(kid) })
  }
  const genuine = () => pick(pool)
  const parts = () => {
    const { kid, token: text } = genuine()
    const [head, body, signature] = text.split('.')
    return { kid, head, body, signature: Buffer.from(signature, 'base64url') }
  }
  const withSignature = change => {
    const { kid, head, body, signature } = parts()
    const changed = change(signature, kid, `${head}.${body}`)
    return { set: 0, token: `${head}.${body}.${(changed ?? signature).toString('base64url')}` }
  }
  const withText = change => ({ set: 0, token: change(genuine().token) })
  const at = text => below(text.length)
  const big = bytes => BigInt(`0x${bytes.toString('hex') || '0'}`)
  const little = bytes => big(Buffer.from(bytes).reverse())
  const bytes = (number, size) => Buffer.from(number.toString(16).padStart(2 * size, '0').slice(-2 * size), 'hex')

  const kinds = {
    // Right ones.
    genuine: () => ({ set: pick([0, 5]), token: genuine().token }),
    fresh: () => ({ set: 0, token: minted(anyKid()) }),
    every_algorithm: () => {
      const name = pick(rules.algorithms.concat('RS512'))
      const kid = { ES256: 'p256', ES384: 'p384', ES512: 'p521', EdDSA: 'ed', Ed25519: 'ed' }[name] ?? 'rsa'
      return { set: 0, token: token(signers[kid].as(name), header(kid, { alg: name }), claims()) }
    },
    no_kid: () => ({ set: pick([0, 2, 3]), token: minted(anyKid(), { kid: undefined }) }),
    // The signature.
    signature_bit: () => withSignature(s => { s[at(s)] ^= 1 << below(8) }),
    signature_length: () => withSignature(s => pick([s.subarray(1), s.subarray(0, -1), Buffer.concat([s, s]),
      Buffer.concat([Buffer.alloc(1), s]), Buffer.concat([s, Buffer.alloc(1)]), s.subarray(0, below(s.length))])),
    signature_der: () => {
      const kid = pick(['p256', 'p384', 'p521'])
      const text = `${encode(header(kid))}.${encode(claims())}`
      return { set: 0, token: `${text}.${signers[kid].signDer(text).toString('base64url')}` }
    },
    signature_halves: () => withSignature(s => {
      const half = s.length / 2
      const part = () => pick([s.subarray(0, half), s.subarray(half), Buffer.alloc(half), Buffer.alloc(half, 255)])
      return Buffer.concat([part(), part()])
    }),
    signature_order: () => withSignature((s, kid) => {
      if (kid === 'p256') { // n - s is as good as s; n + s is not
        const part = big(s.subarray(32))
        return Buffer.concat([s.subarray(0, 32), bytes(pick([order.p256 - part, order.p256, order.p256 + part]), 32)])
      }
      if (kid === 'ed') return Buffer.concat([s.subarray(0, 32), bytes(little(s.subarray(32)) + order.ed, 32).reverse()])
    }),
    signature_of_another: () => withSignature(() => parts().signature),
    // The text.
    letter: () => withText(t => { const i = at(t); return t.slice(0, i) + pick('ABCxyz059-_.=+/ \n') + t.slice(i + 1) }),
    letter_more: () => withText(t => { const i = at(t); return t.slice(0, i) + pick('Aa0-_.=+/ \t\n\u00e9') + t.slice(i) }),
    letter_less: () => withText(t => { const i = at(t); return t.slice(0, i) + t.slice(i + 1) }),
    ending: () => withText(t => t + pick(['=', '==', '.', '\n', ' ', 'A', '%3D', '\0'])),
    beginning: () => withText(t => pick([' ', '\n', '.', 'A', 'Bearer ']) + t),
    stray_bits: () => withText(t => t.slice(0, -1) + String.fromCharCode(t.charCodeAt(t.length - 1) + 1 + below(2))),
    cut: () => withText(t => t.slice(0, at(t))),
    parts_empty: () => withText(t => { const p = t.split('.'); p[below(3)] = ''; return p.join('.') }),
    parts_number: () => withText(t => { const p = t.split('.'); return pick([p.slice(1), p.slice(0, 2), [...p, p[0]], [...p, 'AA', 'AA']]).join('.') }),
    parts_mixed: () => ({ set: 0, token: `${parts().head}.${parts().body}.${parts().signature.toString('base64url')}` }),
    // The algorithm.
    algorithm_none: () => {
      const text = `${encode({ ...header(anyKid()), alg: pick(['none', 'None', 'nOnE', 'NONE', '', 'null']) })}.${encode(claims())}`
      return { set: pick([0, 2, 4]), token: text + pick(['', '.', '.AA', `.${parts().signature.toString('base64url')}`]) }
    },
    algorithm_hmac: () => {
      const kid = anyKid(), name = pick(['HS256', 'HS384', 'HS512'])
      const text = `${encode(header(kid, { alg: name }))}.${encode(claims())}`
      const secret = pick([signers[kid].pem(), JSON.stringify(signers[kid].jwk()), Buffer.from(signers[kid].jwk().x ?? '', 'base64url'), ''])
      return { set: pick([0, 2, 4]), token: `${text}.${hmac(name, secret, text).toString('base64url')}` }
    },
    algorithm_other: () => raw({ ...header('ed'), kid: pick(names), alg: pick([...rules.algorithms, 'RS512', 'ES256K', 'rs256', 'Ed448', 'HS256']) }),
    algorithm_scheme: () => { // the right key, another scheme
      const name = pick(['RS256', 'RS384', 'PS256', 'PS384', 'PS512'])
      const kid = pick(['rsa', 'pss'])
      return { set: 0, token: token(signers[kid].as(name), header(kid, { alg: pick(['RS256', 'RS384', 'PS256', 'PS384', 'PS512']) }), claims()) }
    },
    // The key.
    kid: () => raw({ ...header('ed'), kid: pick(['ED', '', 'ed ', 'p256', null, 7, ['ed'], '../ed', 'odd', '\u0000']) }, undefined, 'ed'),
    other_issuers_key: () => {
      const kid = pick(Object.keys(foreign))
      return { set: pick([0, 1, 1]), token: token(foreign[kid], header(kid), claims()) }
    },
    bad_keys: () => ({ set: 4, token: minted(pick(['p384', 'p521', 'pss', 'ed', 'p256'])) }),
    short_key: () => ({ set: 4, token: token(short, header('rsa'), claims()) }),
    brings_its_key: () => {
      const attacker = foreign.ed
      const more = pick([{ jwk: attacker.jwk() }, { jku: 'https://127.0.0.1:1/keys' }, { x5u: 'https://127.0.0.1:1/chain' }, { x5c: ['AA=='] }])
      return { set: 0, token: token(pick([attacker, signers.ed]), header('ed', more), claims()) }
    },
    // The header and the claims as JSON.
    json: () => {
      const odd = pick(['null', '[]', '7', '"text"', '{', '{}x', '\ufeff{}', "{'a':1}", '{"a":NaN}', '{"a":01}', '{"a":1,}', ' {} '])
      return below(2) ? raw(odd) : raw(undefined, odd)
    },
    json_repeats: () => raw(...pick([
      ['{"alg":"EdDSA","kid":"ed","typ":"at+jwt","kid":"ed"}'], ['{"alg":"none","\\u0061lg":"EdDSA","kid":"ed","typ":"at+jwt"}'],
      [undefined, JSON.stringify(claims()).replace('{', '{"sub":"other",')], [undefined, JSON.stringify(claims()).replace('{', '{"x":{"a":1,"a":2},')],
    ]), 'ed'),
    json_spelling: () => raw(` {\n"\\u0061lg" :"EdDSA","kid":"\\u0065d","typ":"at\\u002bjwt","x":null} `, JSON.stringify(claims(), null, 2), 'ed'),
    json_text: () => raw(undefined, JSON.stringify(claims()).replace('user', pick(['\\ud83d', '\\ude00x', '\\ud83d\\ude00', '\\u0000', '\u00e9', '\\\\']))),
    json_bytes: () => {
      const body = Buffer.from(JSON.stringify(claims())), kid = anyKid()
      body[body.indexOf('user')] = pick([0xff, 0xc0, 0xed, 0x80, 0x00, 0x0a])
      const text = `${encode(header(kid))}.${body.toString('base64url')}`
      return { set: 0, token: `${text}.${signers[kid].sign(text).toString('base64url')}` }
    },
    json_depth: () => { const n = pick([5, 30, 31, 32, 200]); return raw(undefined, JSON.stringify(claims()).replace('{', `{"x":${'['.repeat(n)}${']'.repeat(n)},`)) },
    json_size: () => raw(undefined, claims({ x: 'x'.repeat(pick([1000, 10_000, 12_000, 14_000])) })),
    header_members: () => raw({ ...header('ed'), ...pick([{ crit: ['exp'] }, { crit: [] }, { crit: ['b64'], b64: true }, { crit: ['b64'], b64: false },
      { b64: true }, { b64: false }, { alg: undefined }, { alg: null }, { alg: ['EdDSA'] }, { typ: 7 }, { typ: null }, { cty: 'JWT' }, { zip: 'DEF' }]) }, undefined, 'ed'),
    // What the claims say.
    typ: () => raw({ ...header('ed'), typ: pick([undefined, 'JWT', 'AT+JWT', 'application/at+jwt', 'Application/AT+JWT', 'text/at+jwt', 'dpop+jwt',
      'at+jwt ', '', 'application/']) }, undefined, 'ed'),
    times: () => {
      const claim = pick(['exp', 'nbf', 'iat'])
      const edge = rules.now + pick([-rules.skew, rules.skew, -rules.max_token_age - rules.skew, 0]) + pick([-1, 0, 1, -0.5, 0.5, 0.25, -0.125])
      return raw(undefined, claims({ [claim]: edge }))
    },
    times_odd: () => raw(undefined, JSON.stringify(claims({ [pick(['exp', 'nbf', 'iat'])]: 'TIME' })).replace('"TIME"',
      pick(['"1800000100"', 'null', 'true', '[]', '1e400', '-1', '0', '1.8e9', '1800000100000', '18000001000e-1', '-0', '9999999999999999999999']))),
    missing: () => raw(undefined, claims({ [pick(['exp', 'iat', 'iss', 'sub', 'aud', 'client_id'])]: undefined })),
    issuer: () => raw(undefined, claims({ iss: pick([`${rules.issuer}/`, rules.issuer.toUpperCase(), '', [rules.issuer], null, 7, ` ${rules.issuer}`]) })),
    audience: () => raw(undefined, claims({ aud: pick([['x', rules.audiences[1]], [], ['x'], '', null, 7, { a: 1 }, [rules.audiences[0], 7], [[rules.audiences[0]]],
      `${rules.audiences[0]}/`, rules.audiences[0].toUpperCase()]) })),
    subject: () => raw(undefined, claims({ sub: pick(['', null, 7, ['user'], '\u00e9', ' ']) })),
    confirmation: () => raw(undefined, claims({ cnf: pick([{ jkt: 'x' }, { 'x5t#S256': 'x' }, { jwk: {} }, {}, null, { jkt: '' }]) })),
    client: () => raw(undefined, claims({ azp: pick(['client', 7, null, '']) })),
  }

  // A third are right, the kinds share the rest.
  const list = Object.keys(kinds)
  for (let i = 0; i < count; ++i) {
    const kind = i < list.length ? list[i] : below(3) === 0 ? pick(['genuine', 'fresh', 'genuine', 'genuine']) : pick(list)
    yield { kind, ...kinds[kind]() }
  }
}
