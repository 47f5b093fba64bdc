// API keys of a gateway under test, made with the command that operators use.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { BINARY } from './gateway.mjs';

/// The part of the configuration that goes with a key file of this name, beside the configuration.
export const keyFile = (name = 'keys.yaml') => ({ auth: { api_keys: { file: name } }, policy: { default: 'allow' } });

/// For tests that ask with a wrong key again and again until it is right.
export const patient = { limits: { preauth: { failures: '100000/m', free_failures: 1000 } } };

const file = (gateway, name) => join(gateway.directory, name);
const run = (gateway, name, command, args) =>
  JSON.parse(execFileSync(BINARY, ['keys', command, '--file', file(gateway, name), '--json', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }));

/// {id, name, key, expires_at}
export const createKey = (gateway, name, ...args) => run(gateway, 'keys.yaml', 'create', ['--name', name, '--owner', 'test', ...args]);
export const rotateKey = (gateway, name, ...args) => run(gateway, 'keys.yaml', 'rotate', [name, ...args]);
export const revokeKey = (gateway, name) => run(gateway, 'keys.yaml', 'revoke', [name, '--reason', 'test']);
export const listKeys = (gateway) => run(gateway, 'keys.yaml', 'list', []);
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
