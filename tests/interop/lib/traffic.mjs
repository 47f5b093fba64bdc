// A traffic program: clients of both eras that do a fixed number of random things, the same ones for the same seed, and remember
// everything they sent and received.
import { until, within } from './wait.mjs';
import { answersTo, LegacyWire, META, ModernWire, open } from './wire.mjs';

/// mulberry32: small, and the same everywhere.
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { below: (n) => Math.floor(next() * n), pick: (items) => items[Math.floor(next() * items.length)] };
}

const word = (value) => ({ action: 'accept', content: { word: value } });
const CALL_MS = 15_000;

/// What both eras share. `exchanges` is what happened: {id, key?, kind, stream | reply, ended?: 'cancelled' | 'left'}.
class Client {
  exchanges = [];
  #serial = 0;

  constructor(name, servers, choice) {
    Object.assign(this, { name, servers, choice, secret: `bearer-of-${name}`, cookie: `cookie-of-${name}` });
    this.headers = { Authorization: `Bearer ${this.secret}`, Cookie: `session=${this.cookie}` };
  }

  key() { return `${this.name}-k${++this.#serial}`; }

  /// Ids of all shapes; each is used once, `7` and `"7"` are two.
  id() {
    const n = ++this.#serial;
    return this.choice.pick([() => n, () => String(n), () => `ü-${n}`, () => -n, () => 9007199254740991 - n])();
  }

  /// Tool, arguments and what has to come of it, or undefined when questions would decide.
  pickCall() {
    const server = this.choice.pick(this.servers);
    const key = this.key();
    const tool = this.choice.pick(['echo', 'echo', 'count', 'count', 'talk', 'fail', 'ask', 'ask', 'twice', 'nothing']);
    const args = { key, text: key, steps: 1 + this.choice.below(6), ms: this.choice.below(30), count: 1 + this.choice.below(2) };
    return { key, server, tool, params: { name: `${server}.${tool}`, arguments: args } };
  }

  async run(steps) {
    for (let step = 0; step < steps; ++step) await this.step(this.choice.pick(this.kinds));
    await this.finish();
  }
}

export class LegacyClient extends Client {
  kinds = ['call', 'call', 'call', 'call', 'cancel', 'leave', 'list', 'miss', 'ping'];
  era = 'legacy';
  questions = [];                 // Requests of servers: {id, stream}.

  async start(url, { capabilities = {}, version } = {}) {
    this.wire = await LegacyWire.connect(url, { capabilities, headers: this.headers, ...(version && { version }) });
    this.standalone = await this.wire.listen();
    // A question of a program that works on several calls of this session belongs to no stream of a call.
    this.answering = this.#answer(this.standalone, 170_000);
    return this;
  }

  async step(kind) {
    if (kind === 'call') return this.#call(this.pickCall());
    if (kind === 'cancel') return this.#held('cancelled');
    if (kind === 'leave') return this.#held('left');
    const [method, params] = {
      list: ['tools/list', {}], ping: ['ping', {}], miss: ['resources/read', { uri: `gh-${this.choice.pick(this.servers)}+file:nothing` }]
    }[kind];
    return this.#whole(kind, await this.wire.open(method, params, this.id()));
  }

  async #whole(kind, stream, key) {
    this.exchanges.push({ id: stream.id, kind, key, stream });
    await within(`the answer to ${kind} ${key ?? ''} of ${this.name}`, stream.done, CALL_MS);
  }

  async #call({ key, tool, params }) {
    const stream = await this.wire.open('tools/call', { ...params, _meta: { progressToken: key } }, this.id());
    const answering = this.#answer(stream);
    await this.#whole(tool, stream, key);
    await answering;
  }

  /// Answers the questions on a stream while it is open, in the order of their arrival.
  async #answer(stream, limit = CALL_MS) {
    const done = new Set();
    await until('the end of a stream', async () => {
      for (const { id, method, params } of stream.messages) {
        if (!method || id === undefined || done.has(id)) continue;
        done.add(id);
        this.questions.push({ id, stream });
        await this.wire.answer(id, this.choice.below(5) ? word(params.message) : { code: -32603, message: 'no' });
      }
      return stream.ended;
    }, limit);
  }

  async #held(how) {
    const server = this.choice.pick(this.servers);
    const key = this.key();
    const stream = await this.wire.open('tools/call', { name: `${server}.hold`, arguments: { key, ms: 150 }, _meta: { progressToken: key } }, this.id());
    this.exchanges.push({ id: stream.id, kind: 'hold', key, stream, ended: how });
    await until('progress', () => stream.messages.length > 0 || stream.ended, CALL_MS);
    if (how === 'cancelled') return void await this.wire.notify('notifications/cancelled', { requestId: stream.id });
    await stream.close();
    const last = stream.ids.at(-1);
    const isOver = stream.messages.some(({ id, method }) => id === stream.id && method === undefined);
    if (last === undefined || isOver) return undefined;
    const resumed = await this.wire.listen(last);
    this.exchanges.push({ id: stream.id, kind: 'resumed', key, stream: resumed, of: stream, ended: how });
    await resumed.next(({ id }) => id === stream.id, 'the answer on the resumed stream', CALL_MS);
    await resumed.close();
    return undefined;
  }

  async finish() {
    await this.standalone.close();
    await this.answering;
    await this.wire.end();
  }
}

export class ModernClient extends Client {
  kinds = ['call', 'call', 'call', 'call', 'leave', 'list', 'miss', 'listen', 'forge'];
  era = 'modern';
  listens = [];                   // {id, filter, stream}

  start(url, { capabilities = {} } = {}) {
    this.wire = new ModernWire(url, { capabilities, headers: this.headers });
    return this;
  }

  async #send(kind, method, params, { key, meta } = {}) {
    const stream = await this.wire.open(method, params, { id: this.id(), meta });
    this.exchanges.push({ id: stream.id, kind, key, stream });
    await within(`the answer to ${kind} ${key ?? ''} of ${this.name}`, stream.done, CALL_MS);
    return stream.messages.at(-1);
  }

  async step(kind) {
    if (kind === 'call') return this.#call(this.pickCall());
    if (kind === 'leave') return this.#leave();
    if (kind === 'listen') return this.#listen();
    if (kind === 'list') return this.#send(kind, 'tools/list', {});
    if (kind === 'miss') return this.#send(kind, 'resources/read', { uri: `gh-${this.choice.pick(this.servers)}+file:nothing` });
    return this.#send('forge', 'tools/call', { ...this.pickCall().params, requestState: `gs1.${this.choice.below(9)}.forged`, inputResponses: {} });
  }

  async #call({ key, tool, params }) {
    const meta = { progressToken: key, ...(this.choice.below(2) && { [META.logLevel]: 'info' }) };
    let message = await this.#send(tool, 'tools/call', params, { key, meta });
    for (let round = 0; message?.result?.resultType === 'input_required' && round < 6; ++round) {
      const retry = answersTo(message.result, (_, { message: asked }) => word(asked));
      if (this.choice.below(4) === 0) {
        const at = this.choice.below(retry.requestState.length - 1);
        const forged = retry.requestState.slice(0, at) + (retry.requestState[at] === 'A' ? 'B' : 'A') + retry.requestState.slice(at + 1);
        await this.#send('forge', 'tools/call', { ...params, ...retry, requestState: forged });
      }
      message = await this.#send(tool, 'tools/call', { ...params, ...retry }, { key: `${key}/round`, meta: { progressToken: `${key}/${round}` } });
    }
  }

  async #leave() {
    const key = this.key();
    const params = { name: `${this.choice.pick(this.servers)}.hold`, arguments: { key, ms: 5_000 } };
    const stream = await this.wire.open('tools/call', params, { id: this.id(), meta: { progressToken: key } });
    this.exchanges.push({ id: stream.id, kind: 'hold', key, stream, ended: 'left' });
    await until('progress', () => stream.messages.length > 0 || stream.ended, CALL_MS);
    await stream.close();
  }

  async #listen() {
    const filter = this.choice.pick([{ toolsListChanged: true }, { promptsListChanged: true }, { toolsListChanged: true, resourcesListChanged: true }]);
    const { body, headers } = this.wire.request('subscriptions/listen', { notifications: filter }, { id: this.id() });
    const stream = await open(this.wire.url, body, headers);
    this.listens.push({ id: body.id, filter, stream });
    await stream.next(() => true, 'an acknowledgement', CALL_MS);
    const server = this.choice.pick(this.servers);
    await this.#send('grow', 'tools/call', { name: `${server}.grow`, arguments: {} }, { key: this.key() });
    await stream.close();
  }

  async finish() {}
}
