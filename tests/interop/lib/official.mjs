// The three official example servers over stdio, and how a client reaches them: through one gateway with prefixed names,
// or (GATEHOUSE_DIRECT=1) each on its own, which proves what the tests expect of them.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PACKAGES = resolve(import.meta.dirname, '../node_modules/@modelcontextprotocol');
const program = (name, ...args) => ({ command: process.execPath, args: [join(PACKAGES, name, 'dist/index.js'), ...args] });

/// A temporary directory for the filesystem and memory servers: {path, mcpServers, remove}.
export function officialServers() {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'gatehouse-three-')));
  const mcpServers = {
    everything: program('server-everything', 'stdio'),
    filesystem: program('server-filesystem', path),
    memory: { ...program('server-memory'), env: { MEMORY_FILE_PATH: join(path, 'memory.jsonl') } }
  };
  return { path, mcpServers, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/// Names as a client sees them.
export const through = {
  tool: (server, name) => `${server}.${name}`,
  uri: (server, uri) => `gh-${server}+${uri}`
};
export const direct = { tool: (_, name) => name, uri: (_, uri) => uri };
