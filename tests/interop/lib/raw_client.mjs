// A client without an SDK: sends what a test says and shows every event, its id included.
import { until } from './wait.mjs';

const ACCEPT = { Accept: 'application/json, text/event-stream' };
export const MODERN = '2026-07-28';
const PREFIX = 'io.modelcontextprotocol/';

/// The events of a response as they come: {id?, retry?, data?} with `data` parsed.
export class Events {
  all = [];
  comments = 0;
  ended = false;

  constructor(response, abort) {
    this.abort = abort;
    this.done = this.#read(response.body).catch(() => {}).finally(() => { this.ended = true; });
  }

  async #read(body) {
    let text = '';
    const decoder = new TextDecoder();
    for await (const bytes of body) {
      text += decoder.decode(bytes, { stream: true });
      const parts = text.split('\n\n');
      text = parts.pop();
      for (const part of parts) this.#take(part);
    }
  }

  #take(part) {
    const event = {};
    for (const line of part.split('\n')) {
      if (line.startsWith(':')) ++this.comments;
      const [, field, value] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
      if (field) event[field] = value;
    }
    if (event.data) event.message = JSON.parse(event.data);
    if (Object.keys(event).length) this.all.push(event);
  }

  get messages() { return this.all.filter(({ message }) => message).map(({ message }) => message); }
  get ids() { return this.all.map(({ id }) => id).filter(Boolean); }
  methods(name) { return this.messages.filter(({ method }) => method === name); }
  close() { this.abort.abort(); return this.done; }
}

async function send(url, method, headers, body) {
  const abort = new AbortController();
  const response = await fetch(url, { method, headers: { ...ACCEPT, ...headers }, body: body && JSON.stringify(body), signal: abort.signal });
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) return { status: response.status, events: new Events(response, abort) };
  const text = await response.text();
  return { status: response.status, headers: response.headers, message: text ? JSON.parse(text) : undefined };
}

/// A session of a revision with handshake.
export class RawSession {
  static async open(url, version = '2025-11-25') {
    const session = new RawSession();
    Object.assign(session, { url, version });
    const params = { protocolVersion: version, capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
    const { headers, message } = await send(url, 'POST', { 'Content-Type': 'application/json' }, { jsonrpc: '2.0', id: 0, method: 'initialize', params });
    session.id = headers.get('mcp-session-id');
    session.server = message.result;
    await session.post({ method: 'notifications/initialized' });
    return session;
  }

  get headers() { return { 'Mcp-Session-Id': this.id, 'MCP-Protocol-Version': this.version }; }
  post(message) { return send(this.url, 'POST', { 'Content-Type': 'application/json', ...this.headers }, { jsonrpc: '2.0', ...message }); }
  /// A request whose answer may come either way: as JSON, or on a stream when it takes its time.
  async request(message) {
    const { events, ...reply } = await this.post(message);
    const isAnswer = ({ id, method }) => id === message.id && method === undefined;
    return events ? { ...reply, message: await until(`the answer to ${message.method}`, () => events.messages.find(isAnswer)) } : reply;
  }
  get(lastEventId) { return send(this.url, 'GET', { ...this.headers, ...(lastEventId && { 'Last-Event-ID': lastEventId }) }); }
  close() { return send(this.url, 'DELETE', this.headers); }
}

/// One request of the stateless revision.
export function stateless(url, id, method, params = {}) {
  const _meta = { [`${PREFIX}protocolVersion`]: MODERN, [`${PREFIX}clientCapabilities`]: {} };
  return send(url, 'POST', { 'Content-Type': 'application/json', 'MCP-Protocol-Version': MODERN, 'Mcp-Method': method },
    { jsonrpc: '2.0', id, method, params: { ...params, _meta } });
}
