// The official clients of both eras behind one small face, so that a test can be told once for both.
//   peer = await connect('legacy' | 'modern', target, {answers})      target: {url} or {command, args}
// `answers` are the client's abilities: {elicitation: (params) => result, sampling: ..., roots: ...}; what is missing is
// not declared. A legacy peer speaks 2025-11-25 with a session; a modern peer is pinned to 2026-07-28: it never falls back.
import assert from 'node:assert/strict';
import * as sdk1 from './sdk1.mjs';
import * as sdk2 from './sdk2.mjs';
import { within } from './wait.mjs';

const INFO = { name: 'interop-test', version: '1.0.0' };
const TIMEOUT_MS = 15_000;
export const MODERN = '2026-07-28';

export const connect = (era, target, options) => (era === 'modern' ? ModernPeer : LegacyPeer).connect(target, options);

const capabilities = (answers) => ({
  ...(answers.elicitation && { elicitation: { form: {} } }),
  ...(answers.sampling && { sampling: {} }),
  ...(answers.roots && { roots: {} })
});

class Peer {
  /// Params of the log messages that arrived.
  logs = [];

  /// All items of a list, and the number of pages they came in.
  async #walk(method, member) {
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

  async tools() { return (await this.#walk('tools/list', 'tools')).items; }
  async prompts() { return (await this.#walk('prompts/list', 'prompts')).items; }
  async resources() { return (await this.#walk('resources/list', 'resources')).items; }
  async resourceTemplates() { return (await this.#walk('resources/templates/list', 'resourceTemplates')).items; }
  async pages(method, member) { return (await this.#walk(method, member)).pages; }

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
    let streaming = Promise.resolve();
    if (target.url) {
      // The client opens its stream for notifications on its own time: `streaming` tells when the server has it.
      const opened = Promise.withResolvers();
      const observe = async (url, init) => {
        const response = await fetch(url, init);
        if (init?.method === 'GET') opened.resolve(response.status);
        return response;
      };
      streaming = opened.promise;
      peer.transport = new sdk1.StreamableHTTPClientTransport(new URL(target.url), { fetch: observe });
    } else {
      peer.transport = new sdk1.StdioClientTransport({ ...target, stderr: 'inherit' });
    }
    await peer.client.connect(peer.transport, { timeout: TIMEOUT_MS });
    await within('the stream for notifications', streaming);
    return peer;
  }

  #answer({ elicitation, sampling, roots }) {
    if (elicitation) this.client.setRequestHandler(sdk1.ElicitRequestSchema, ({ params }) => elicitation(params));
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
    for (const [kind, method] of [['elicitation', 'elicitation/create'], ['sampling', 'sampling/createMessage'], ['roots', 'roots/list']]) {
      if (answers[kind]) peer.client.setRequestHandler(method, ({ params }) => answers[kind](params));
    }
    peer.client.setNotificationHandler('notifications/message', ({ params }) => void peer.logs.push(params));
    peer.transport = target.url
      ? new sdk2.StreamableHTTPClientTransport(new URL(target.url))
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

  close() { return this.client.close(); }
}
