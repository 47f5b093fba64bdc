// The official clients of both eras behind one small face, so that a test can be told once for both.
//   peer = await connect('legacy' | 'modern', target, {answers})      target: {url, transport?: 'sse', headers?} or {command, args}
// `answers` are the client's abilities: {elicitation: (params) => result, login: ..., sampling: ..., roots: ...}; what is
// missing is not declared. `elicitation` answers forms, `login` questions that send the user to a page. A legacy peer speaks 2025-11-25 with a session; a modern peer is pinned to 2026-07-28: it never falls back.
import assert from 'node:assert/strict';
import * as sdk1 from './sdk1.mjs';
import * as sdk2 from './sdk2.mjs';
import { ModernWire } from './wire.mjs';
import { until, within } from './wait.mjs';

const INFO = { name: 'interop-test', version: '1.0.0' };
const TIMEOUT_MS = 15_000;
export const MODERN = '2026-07-28';

export const connect = (era, target, options) => (era === 'modern' ? ModernPeer : LegacyPeer).connect(target, options);

const capabilities = (answers) => ({
  ...(answers.elicitation && { elicitation: { form: {}, ...(answers.login && { url: {} }) } }),
  ...(answers.sampling && { sampling: {} }),
  ...(answers.roots && { roots: {} })
});

const elicit = ({ elicitation, login }) => ({ params }) => (params.mode === 'url' ? login : elicitation)(params);

/// The body of a response that breaks off after the event that `mark` is part of.
function cutBody(body, mark) {
  let seen = '';
  return body.pipeThrough(new TransformStream({
    transform(piece, controller) {
      controller.enqueue(piece);
      seen += Buffer.from(piece).toString('latin1');
      const at = seen.indexOf(mark);
      if (at >= 0 && seen.indexOf('\n\n', at) >= 0) controller.error(new Error('cut by the test'));
    }
  }));
}

class Peer {
  /// Params of the log messages that arrived, and the URIs of the resources that changed.
  logs = [];
  updates = [];

  /// All items of a list, and the number of pages they came in.
  async walk(method, member) {
    const items = [];
    let cursor;
    for (let pages = 1; ; ++pages) {
      const page = await this.page(method, cursor);
      items.push(...page[member]);
      cursor = page.nextCursor;
      if (cursor === undefined) return { items, pages };
      assert.ok(pages < 100, `${method} does not end`);
    }
  }

  async tools() { return (await this.walk('tools/list', 'tools')).items; }
  async prompts() { return (await this.walk('prompts/list', 'prompts')).items; }
  async resources() { return (await this.walk('resources/list', 'resources')).items; }
  async resourceTemplates() { return (await this.walk('resources/templates/list', 'resourceTemplates')).items; }

  read(uri) { return this.client.readResource({ uri }); }
  prompt(name, args) { return this.client.getPrompt({ name, arguments: args }); }
  complete(ref, name, value) { return this.client.complete({ ref, argument: { name, value } }); }

  /// The text of the result's only block. Options: onprogress, signal, timeout, _meta.
  async text(name, args, options) {
    const result = await this.call(name, args, options);
    assert.ok(!result.isError, `${name} failed: ${JSON.stringify(result.content)}`);
    assert.equal(result.content.length, 1);
    assert.equal(result.content[0].type, 'text');
    return result.content[0].text;
  }
}

class LegacyPeer extends Peer {
  era = 'legacy';

  static async connect(target, { answers = {} } = {}) {
    const peer = new LegacyPeer();
    peer.client = new sdk1.Client(INFO, { capabilities: capabilities(answers) });
    peer.#answer(answers);
    peer.client.setNotificationHandler(sdk1.LoggingMessageNotificationSchema, ({ params }) => void peer.logs.push(params));
    peer.client.setNotificationHandler(sdk1.ResourceUpdatedNotificationSchema, ({ params }) => void peer.updates.push(params.uri));
    const streaming = peer.#reach(target);
    await peer.client.connect(peer.transport, { timeout: TIMEOUT_MS });
    await within('the stream for notifications', streaming);
    return peer;
  }

  /// Makes the transport. Over Streamable HTTP the client opens its stream for notifications on its own time: the promise
  /// tells when the server has it.
  #reach({ url, transport, headers, ...program }) {
    if (!url) {
      this.transport = new sdk1.StdioClientTransport({ ...program, stderr: 'inherit' });
      return Promise.resolve();
    }
    if (transport === 'sse') {
      this.transport = new sdk1.SSEClientTransport(new URL(url), { requestInit: { headers } });
      return Promise.resolve();
    }
    const opened = Promise.withResolvers();
    const observe = async (address, init) => {
      const response = await fetch(address, init);
      if (init?.method === 'GET') {
        if (new Headers(init.headers).has('last-event-id')) ++this.resumed;
        opened.resolve(response.status);
      }
      const mark = this.cut;
      if (!mark || init?.method !== 'POST' || !response.headers.get('content-type')?.startsWith('text/event-stream')) return response;
      this.cut = undefined;
      return new Response(cutBody(response.body, mark), { status: response.status, headers: response.headers });
    };
    const reconnectionOptions = { initialReconnectionDelay: 50, maxReconnectionDelay: 500, reconnectionDelayGrowFactor: 2, maxRetries: 4 };
    this.transport = new sdk1.StreamableHTTPClientTransport(new URL(url), { fetch: observe, reconnectionOptions, requestInit: { headers } });
    return opened.promise;
  }

  /// The next response stream breaks off after the event that holds this text.
  cut;
  /// How often a stream was taken up again.
  resumed = 0;

  #answer({ elicitation, login, sampling, roots }) {
    if (elicitation) this.client.setRequestHandler(sdk1.ElicitRequestSchema, elicit({ elicitation, login }));
    if (sampling) this.client.setRequestHandler(sdk1.CreateMessageRequestSchema, ({ params }) => sampling(params));
    if (roots) this.client.setRequestHandler(sdk1.ListRootsRequestSchema, ({ params }) => roots(params));
  }

  get protocolVersion() { return this.transport.protocolVersion; }

  page(method, cursor) {
    const lists = { 'tools/list': 'listTools', 'prompts/list': 'listPrompts', 'resources/list': 'listResources',
      'resources/templates/list': 'listResourceTemplates' };
    return this.client[lists[method]](cursor === undefined ? {} : { cursor }, { timeout: TIMEOUT_MS });
  }

  call(name, args, { _meta, ...options } = {}) {
    const params = { name, arguments: args, ...(_meta && { _meta }) };
    return this.client.callTool(params, sdk1.CallToolResultSchema, { timeout: TIMEOUT_MS, ...options });
  }

  /// A call that sends its log messages, from `level` on.
  async callWithLogs(name, args, level) {
    await this.client.setLoggingLevel(level);
    return this.call(name, args);
  }

  /// Counts announcements of a changed list of tools: {count, stop()}.
  async watchTools() {
    const watch = { count: 0, stop: async () => {} };
    this.client.setNotificationHandler(sdk1.ToolListChangedNotificationSchema, () => void ++watch.count);
    return watch;
  }

  async subscribe(uri) {
    await this.client.subscribeResource({ uri }, { timeout: TIMEOUT_MS });
    return () => this.client.unsubscribeResource({ uri }, { timeout: TIMEOUT_MS });
  }

  /// Calls a tool as a task, waits for its end and gets its outcome.
  async task(name, args) {
    const send = (method, params, schema) => this.client.request({ method, params }, schema, { timeout: TIMEOUT_MS });
    const { task: { taskId } } = await send('tools/call', { name, arguments: args, task: { ttl: 60_000 } }, sdk1.CreateTaskResultSchema);
    await until('the end of the task', async () => (await send('tasks/get', { taskId }, sdk1.GetTaskResultSchema)).status === 'completed');
    return send('tasks/result', { taskId }, sdk1.CallToolResultSchema);
  }

  async close() {
    if (this.transport.terminateSession) await this.transport.terminateSession();
    await this.client.close();
  }
}

class ModernPeer extends Peer {
  era = 'modern';

  static async connect(target, { answers = {} } = {}) {
    const peer = new ModernPeer();
    peer.client = new sdk2.Client(INFO, { capabilities: capabilities(answers), versionNegotiation: { mode: { pin: MODERN } } });
    if (answers.elicitation) peer.client.setRequestHandler('elicitation/create', elicit(answers));
    for (const [kind, method] of [['sampling', 'sampling/createMessage'], ['roots', 'roots/list']]) {
      if (answers[kind]) peer.client.setRequestHandler(method, ({ params }) => answers[kind](params));
    }
    peer.client.setNotificationHandler('notifications/resources/updated', ({ params }) => void peer.updates.push(params.uri));
    peer.url = target.url;
    peer.client.setNotificationHandler('notifications/message', ({ params }) => void peer.logs.push(params));
    peer.transport = target.url
      ? new sdk2.StreamableHTTPClientTransport(new URL(target.url), { requestInit: { headers: target.headers } })
      : new sdk2.StdioClientTransport({ ...target, stderr: 'inherit' });
    await peer.client.connect(peer.transport, { timeout: TIMEOUT_MS });
    return peer;
  }

  get protocolVersion() { return this.client.getNegotiatedProtocolVersion(); }

  page(method, cursor) {
    // A raw request: the list methods of this SDK would walk the pages themselves and answer from their cache.
    return this.client.request({ method, params: cursor === undefined ? {} : { cursor } }, { timeout: TIMEOUT_MS });
  }

  call(name, args, { _meta, ...options } = {}) {
    return this.client.callTool({ name, arguments: args, ...(_meta && { _meta }) }, { timeout: TIMEOUT_MS, ...options });
  }

  callWithLogs(name, args, level) {
    return this.call(name, args, { _meta: { 'io.modelcontextprotocol/logLevel': level } });
  }

  async watchTools() {
    const watch = { count: 0 };
    this.client.setNotificationHandler('notifications/tools/list_changed', () => void ++watch.count);
    const subscription = await this.client.listen({ toolsListChanged: true }, { timeout: TIMEOUT_MS });
    watch.stop = () => subscription.close();
    return watch;
  }

  async subscribe(uri) {
    const subscription = await this.client.listen({ resourceSubscriptions: [uri] }, { timeout: TIMEOUT_MS });
    assert.deepEqual(subscription.honoredFilter?.resourceSubscriptions, [uri], 'the subscription is confirmed');
    return () => subscription.close();
  }

  /// As for the old era, with the tasks extension, which this SDK does not speak: the messages are made by hand.
  async task(name, args) {
    const wire = new ModernWire(this.url, { capabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} } } });
    const { resultType, taskId } = await wire.result('tools/call', { name, arguments: args });
    assert.equal(resultType, 'task');
    const done = await until('the end of the task', async () => {
      const task = await wire.result('tasks/get', { taskId });
      return task.status === 'completed' && task;
    });
    return done.result;
  }

  close() { return this.client.close(); }
}
