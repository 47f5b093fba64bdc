// Key sets for the differential test of tokens: good ones, ambiguous ones, and ones with keys that nobody should use.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'

const hashes = { 256: 'sha256', 384: 'sha384', 512: 'sha512' }

/** A key pair that signs as JWS has it. */
class Signer {
  constructor(alg, pair = makePair(alg)) {
    this.alg = alg
    this.pair = pair
  }
  as(alg) {
    return new Signer(alg, this.pair)
  }
  jwk(more = {}) {
    return { ...this.pair.publicKey.export({ format: 'jwk' }), ...more }
  }
  pem() {
    return this.pair.publicKey.export({ format: 'pem', type: 'spki' })
  }
  sign(text) {
    const key = this.pair.privateKey
    if (/^E[Dd]/.test(this.alg)) return sign(null, Buffer.from(text), key)
    const hash = hashes[this.alg.slice(2)]
    if (this.alg.startsWith('RS')) return sign(hash, Buffer.from(text), key)
    // 6: RSA_PKCS1_PSS_PADDING, -1: a salt as long as the hash
    if (this.alg.startsWith('PS')) return sign(hash, Buffer.from(text), { key, padding: 6, saltLength: -1 })
    return sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  }
  signDer(text) {
    return sign(hashes[this.alg.slice(2)], Buffer.from(text), this.pair.privateKey)
  }
}

function makePair(alg) {
  if (/^E[Dd]/.test(alg)) return generateKeyPairSync('ed25519')
  if (alg.startsWith('ES')) {
    return generateKeyPairSync('ec', { namedCurve: { 256: 'P-256', 384: 'P-384', 512: 'P-521' }[alg.slice(2)] })
  }
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

export const hmac = (alg, secret, text) => createHmac(hashes[alg.slice(2)], secret).update(text).digest()

/** `signers` by kid; `sets` are the published key sets, by index. */
export function makeKeys() {
  const rsa = new Signer('RS256')
  const signers = {
    rsa,
    pss: new Signer('PS256'),
    p256: new Signer('ES256'),
    p384: new Signer('ES384'),
    p521: new Signer('ES512'),
    ed: new Signer('EdDSA'),
  }
  const foreign = { rsa: new Signer('RS256'), p256: new Signer('ES256'), ed: new Signer('EdDSA') }
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const full = [
    rsa.jwk({ kid: 'rsa' }),
    signers.pss.jwk({ kid: 'pss', alg: 'PS256', use: 'sig' }),
    signers.p256.jwk({ kid: 'p256', use: 'sig', key_ops: ['verify'] }),
    signers.p384.jwk({ kid: 'p384', alg: 'ES384' }),
    signers.p521.jwk({ kid: 'p521' }),
    signers.ed.jwk({ kid: 'ed' }),
  ]
  const sets = [
    full,
    Object.entries(foreign).map(([kid, signer]) => signer.jwk({ kid })), // the same names, other keys
    [signers.ed.jwk(), signers.p256.jwk(), signers.p384.jwk(), signers.p521.jwk(), rsa.jwk()], // no names, one of each type
    [rsa.jwk(), signers.pss.jwk(), signers.p256.jwk({ kid: 'a' }), foreign.p256.jwk({ kid: 'b' }), signers.ed.jwk()], // a choice
    [
      // Each of these could verify something if it were taken for what it is not.
      { kty: 'oct', kid: 'p256', k: Buffer.from(signers.p256.pem()).toString('base64url') },
      { ...short.publicKey.export({ format: 'jwk' }), kid: 'rsa' },
      signers.p384.jwk({ kid: 'p384', use: 'enc' }),
      signers.p521.jwk({ kid: 'p521', key_ops: ['sign'] }),
      signers.pss.jwk({ kid: 'pss', alg: 'RS384' }),
      { ...signers.ed.jwk(), kid: 'ed', alg: 'ES256' },
    ],
    [...full, { kty: 'EC', kid: 'odd', crv: 'secp256k1', x: 'AA', y: 'AA' }, { kty: 'what', kid: 'p256-2' }],
  ]
  return { signers, foreign, short: new Signer('RS256', short), sets: sets.map(keys => ({ keys })) }
}
