// Clients that send what they are told and show what came back, byte for byte: for messages that no SDK would send, and for
// rules about the wire itself.
//   const reply = await post(url, body, headers)     reply: {status, headers, messages, text}
//   const stream = await open(url, body, headers)    stream: {status, headers, messages (so far), next(predicate), close(), ended}
import { until } from './wait.mjs';

export const MODERN = '2026-07-28';
export const META = {
  version: 'io.modelcontextprotocol/protocolVersion',
  capabilities: 'io.modelcontextprotocol/clientCapabilities',
  info: 'io.modelcontextprotocol/clientInfo',
  logLevel: 'io.modelcontextprotocol/logLevel',
  subscription: 'io.modelcontextprotocol/subscriptionId'
};
const JSON_HEADERS = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };

/// The messages in the text of an answer, and the ids of its events.
export function decode(type, text) {
  if (!type?.startsWith('text/event-stream')) return { messages: text.startsWith('{') || text.startsWith('[') ? [JSON.parse(text)].flat() : [], ids: [] };
  const messages = [];
  const ids = [];
  for (const event of text.split(/\r?\n\r?\n/)) {
    const lines = event.split(/\r?\n/);
    const values = (field) => lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).trimStart());
    ids.push(...values('id'));
    const data = values('data').join('\n');
    if (data) messages.push(JSON.parse(data));
  }
  return { messages, ids };
}

/// Sends one message and reads the whole answer.
export async function post(url, body, headers = {}, options = {}) {
  const response = await fetch(url, {
    method: 'POST', headers: { ...JSON_HEADERS, ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body), ...options
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, ...decode(response.headers.get('content-type'), text) };
}

/// An answer that is read while it arrives.
class Stream {
  #text = '';
  #abort;
  ended = false;

  constructor(response, abort) {
    this.status = response.status;
    this.headers = response.headers;
    this.#abort = abort;
    this.done = this.#read(response.body).finally(() => { this.ended = true; });
  }

  async #read(body) {
    try {
      for await (const piece of body.pipeThrough(new TextDecoderStream())) this.#text += piece;
    } catch {
      // Closed from here, or cut: what has arrived is kept.
    }
  }

  // The part of an event that has arrived is not shown yet.
  get #whole() {
    const type = this.headers.get('content-type');
    if (!type?.startsWith('text/event-stream')) return this.ended ? decode(type, this.#text) : { messages: [], ids: [] };
    const end = Math.max(this.#text.lastIndexOf('\n\n'), this.#text.lastIndexOf('\r\n\r\n'));
    return decode(type, end < 0 ? '' : this.#text.slice(0, end + 2));
  }

  get text() { return this.#text; }
  get messages() { return this.#whole.messages; }
  get ids() { return this.#whole.ids; }

  /// The first message that `predicate` accepts, now or later.
  async next(predicate, what = 'a message on the stream', timeout = 8_000) {
    return until(what, () => {
      const found = this.messages.find(predicate);
      if (!found && this.ended) throw new Error(`the stream ended before ${what}: ${this.#text.slice(-500)}`);
      return found;
    }, timeout);
  }

  /// Drops the connection, as a client does that goes away.
  async close() {
    this.#abort.abort();
    await this.done;
  }
}

/// Sends a message (or, with `body` undefined, a GET) and leaves the answer open.
export async function open(url, body, headers = {}) {
  const abort = new AbortController();
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST', signal: abort.signal,
    headers: { ...(body === undefined ? { Accept: 'text/event-stream' } : JSON_HEADERS), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) })
  });
  return new Stream(response, abort);
}

const NAMED = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri', 'tasks/get': 'taskId', 'tasks/cancel': 'taskId', 'tasks/update': 'taskId' };

/// A client of revision 2026-07-28.
export class ModernWire {
  #ids = 0;

  constructor(url, { capabilities = {}, headers = {} } = {}) {
    Object.assign(this, { url, capabilities, headers });
  }

  /// The message and headers of a request. `meta` is added to `_meta`.
  request(method, params = {}, { meta = {}, id = ++this.#ids, capabilities = this.capabilities } = {}) {
    const _meta = { [META.version]: MODERN, [META.capabilities]: capabilities, [META.info]: { name: 'wire', version: '1' }, ...params._meta, ...meta };
    const name = params[NAMED[method]];
    return {
      body: { jsonrpc: '2.0', id, method, params: { ...params, _meta } },
      headers: { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': method, ...(name !== undefined && { 'Mcp-Name': name }), ...this.headers }
    };
  }

  /// The whole answer; `response` is its last message.
  async send(method, params, options) {
    const { body, headers } = this.request(method, params, options);
    const reply = await post(this.url, body, headers);
    return { ...reply, response: reply.messages.at(-1) };
  }

  async open(method, params, options) {
    const { body, headers } = this.request(method, params, options);
    return Object.assign(await open(this.url, body, headers), { id: body.id });
  }

  /// The result, or an exception that holds the error.
  async result(method, params, options) {
    const { response, status } = await this.send(method, params, options);
    if (!response?.result) throw Object.assign(new Error(response?.error?.message ?? `HTTP status ${status}`), response?.error, { status });
    return response.result;
  }

  /// A call whose questions `answer(method, params, key)` answers, round by round.
  async call(name, args, answer, options) {
    let params = { name, arguments: args };
    for (let round = 0; round < 8; ++round) {
      const result = await this.result('tools/call', params, options);
      if (result.resultType !== 'input_required') return result;
      params = { name, arguments: args, ...answersTo(result, answer) };
    }
    throw new Error('the questions do not end');
  }
}

/// The members that a retry adds to the request.
export function answersTo({ inputRequests = {}, requestState }, answer) {
  const inputResponses = Object.fromEntries(Object.entries(inputRequests).map(([key, { method, params }]) => [key, answer(method, params, key)]));
  return { inputResponses, ...(requestState !== undefined && { requestState }) };
}

/// The state with one letter changed, not the last one: some of its bits stand for nothing.
export const forged = (state) => state.slice(0, -2) + (state.at(-2) === 'A' ? 'B' : 'A') + state.at(-1);

/// A client with a session, of a revision up to 2025-11-25.
export class LegacyWire {
  #ids = 0;

  static async connect(url, { version = '2025-11-25', capabilities = {}, headers = {} } = {}) {
    const wire = new LegacyWire();
    Object.assign(wire, { url, version, headers });
    const reply = await wire.send('initialize', { protocolVersion: version, capabilities, clientInfo: { name: 'wire', version: '1' } });
    wire.session = reply.headers.get('mcp-session-id');
    wire.initialized = reply.response.result;
    wire.version = wire.initialized.protocolVersion;
    await wire.notify('notifications/initialized');
    return wire;
  }

  get allHeaders() {
    return { ...(this.session && { 'Mcp-Session-Id': this.session, 'MCP-Protocol-Version': this.version }), ...this.headers };
  }

  request(method, params = {}, id = ++this.#ids) { return { jsonrpc: '2.0', id, method, params }; }
  post(body, headers) { return post(this.url, body, { ...this.allHeaders, ...headers }); }
  notify(method, params = {}) { return this.post({ jsonrpc: '2.0', method, params }); }
  answer(id, result) { return this.post({ jsonrpc: '2.0', id, ...(result.code ? { error: result } : { result }) }); }

  async send(method, params, id) {
    const reply = await this.post(this.request(method, params, id));
    return { ...reply, response: reply.messages.at(-1) };
  }

  async open(method, params, id) {
    const body = this.request(method, params, id);
    return Object.assign(await open(this.url, body, this.allHeaders), { id: body.id });
  }

  /// The stream for what belongs to no request; with `after`, what came after that event.
  listen(after) { return open(this.url, undefined, { ...this.allHeaders, ...(after && { 'Last-Event-ID': after }) }); }

  end() { return fetch(this.url, { method: 'DELETE', headers: this.allHeaders }); }
}
