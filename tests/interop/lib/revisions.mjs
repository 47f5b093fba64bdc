// The same request in each revision, for rules that hold in all of them (threat T62).
import { randomUUID } from 'node:crypto';
import { META, MODERN, open, post } from './wire.mjs';

export const LEGACY = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];
export const REVISIONS = [...LEGACY, MODERN];

export const bearer = (token) => token === undefined ? {} : { Authorization: `Bearer ${token}` };
const INFO = { name: 'threat', version: '1' };
const NAMED = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' };

/// Headers and body of a request in a revision.
export function inRevision(revision, method, params = {}, { id = randomUUID(), session } = {}) {
  if (revision === MODERN) {
    const name = params[NAMED[method]];
    const _meta = { [META.version]: MODERN, [META.capabilities]: {}, [META.info]: INFO };
    return {
      body: { jsonrpc: '2.0', id, method, params: { ...params, _meta } },
      headers: { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': method, ...name !== undefined && { 'Mcp-Name': name } }
    };
  }
  const opening = method === 'initialize';
  return {
    body: { jsonrpc: '2.0', id, method, params: opening ? { protocolVersion: revision, capabilities: {}, clientInfo: INFO, ...params } : params },
    headers: { ...session && { 'Mcp-Session-Id': session }, ...!opening && revision >= '2025-06-18' && { 'MCP-Protocol-Version': revision } }
  };
}

/// Sends one request, with these additional headers.
export function ask(url, revision, method, params, headers = {}, options = {}) {
  const message = inRevision(revision, method, params, options);
  return post(url, message.body, { ...message.headers, ...headers });
}

/// What a client does first, whatever is in between: {status, reply}, of the first request.
export const first = (url, revision, headers) => ask(url, revision, revision === MODERN ? 'server/discover' : 'initialize', {}, headers);

/// The id of a new session.
export async function session(url, revision, headers) {
  const reply = await first(url, revision, headers);
  if (reply.status !== 200) throw new Error(`no session: ${reply.status} ${reply.text}`);
  const id = reply.headers.get('mcp-session-id');
  await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, { 'Mcp-Session-Id': id, ...headers });
  return id;
}

/// A stream for notifications, in the way of the revision.
export async function stream(url, revision, headers) {
  if (revision === MODERN) {
    const { body, headers: own } = inRevision(revision, 'subscriptions/listen', { notifications: { toolsListChanged: true } });
    return open(url, body, { ...own, ...headers });
  }
  const id = await session(url, revision, headers);
  return Object.assign(await open(url, undefined, { 'Mcp-Session-Id': id, ...revision >= '2025-06-18' && { 'MCP-Protocol-Version': revision }, ...headers }), { session: id });
}
