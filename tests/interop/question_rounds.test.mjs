// Calls that are made again with their answers: tools that run from the start in every round (`replay_tools`), and calls that ended
// because a person was still busy at a URL.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { listen, readJson } from './fixtures/http_listen.mjs';
import { Gateway } from './lib/gateway.mjs';
import { kinds, start } from './lib/servers.mjs';
import { answersTo, forged, LegacyWire, ModernWire } from './lib/wire.mjs';

const ABLE = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const colours = () => {
  const all = ['red', 'blue'];
  return (method) => method === 'roots/list' ? { roots: [{ uri: 'file:///srv/project', name: 'project' }] }
    : { action: 'accept', content: { color: all.shift() } };
};

describe('a tool that runs again with each answer', { timeout: 60_000 }, () => {
  let servers, here, there;
  before(async () => {
    servers = new Map();
    const chosen = kinds.filter(({ name }) => ['old-pipe', 'old-web'].includes(name));
    await Promise.all(chosen.map(async (kind) => servers.set(kind.name, await start(kind))));
    const config = {
      servers: Object.fromEntries([...servers].map(([name, { target }]) => [name, { ...target, replay_tools: ['twice', 'b*', 'ask'] }])),
      token_keys: ['0123456789abcdef0123456789abcdef'],
      questions: { max_rounds: 3 }
    };
    [here, there] = await Promise.all([Gateway.serve(config), Gateway.serve(config)]);
  });
  after(async () => {
    await Promise.all([here?.stop(), there?.stop()]);
    for (const { stop } of servers.values()) stop();
  });

  for (const server of ['old-pipe', 'old-web']) {
    it(`asks in as many rounds as it has questions (${server})`, async () => {
      const client = new ModernWire(here.url(), { capabilities: ABLE });
      const result = await client.call(`${server}.twice`, {}, colours());
      assert.equal(result.content[0].text, 'red, then blue');
      const both = await client.call(`${server}.both`, {}, colours());
      assert.equal(both.content[0].text, 'red in file:///srv/project');
    });

    it(`goes on at another instance, which never heard of it (${server})`, async () => {
      const params = { name: `${server}.twice`, arguments: {} };
      const clients = [here, there].map((gateway) => new ModernWire(gateway.url(), { capabilities: ABLE }));
      const answer = colours();
      const first = await clients[0].result('tools/call', params);
      assert.deepEqual(Object.keys(first.inputRequests), ['r1']);
      const second = await clients[1].result('tools/call', { ...params, ...answersTo(first, answer) });
      assert.deepEqual(Object.keys(second.inputRequests), ['r2'], 'no key is used twice');
      const repeated = { ...params, ...answersTo(second, answer) };
      assert.equal((await clients[0].result('tools/call', repeated)).content[0].text, 'red, then blue');
      assert.equal((await clients[1].result('tools/call', repeated)).content[0].text, 'red, then blue', 'nothing was used up');
    });
  }

  it('keeps its memory from whoever carries it, and knows its own', async () => {
    const client = new ModernWire(here.url(), { capabilities: ABLE });
    const params = { name: 'old-web.twice', arguments: {} };
    const first = await client.result('tools/call', params);
    const secret = { action: 'accept', content: { color: 'ultramarine' } };
    const second = await client.result('tools/call', { ...params, ...answersTo(first, () => secret) });
    assert.ok(!Buffer.from(second.requestState, 'base64url').includes('ultramarine'));
    for (const changed of [{ requestState: forged(second.requestState) }, { arguments: { more: 1 }, requestState: second.requestState }]) {
      const { response } = await client.send('tools/call', { ...params, inputResponses: {}, ...changed });
      assert.deepEqual([response.error?.code, response.error?.data?.gatehouse?.reason], [-32602, 'request_state_invalid']);
    }
  });

  it('asks again for what has no answer, and not for ever', async () => {
    const client = new ModernWire(here.url(), { capabilities: ABLE });
    const params = { name: 'old-web.ask', arguments: {} };
    let result = await client.result('tools/call', params);
    for (let round = 0; round < 8 && result.resultType === 'input_required'; ++round)
      result = await client.result('tools/call', { ...params, inputResponses: {}, requestState: result.requestState });
    assert.equal(result.isError, true);
    assert.match(result.content[0].text, /too often/);
  });
});

/// A stateless server whose only tool needs a page to be visited, and says so until it was.
class Bank {
  calls = [];
  visited = false;
  #states = 0;

  async start() { return Object.assign(this, await listen(0, (req, res) => this.#handle(req, res))); }
  async #handle(req, res) {
    const { id, method, params } = await readJson(req) ?? {};
    const results = {
      'server/discover': () => ({ supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, ttlMs: 60_000, cacheScope: 'public' }),
      'tools/list': () => ({ tools: [{ name: 'pay', inputSchema: { type: 'object' } }], ttlMs: 60_000, cacheScope: 'public' }),
      'tools/call': () => this.#pay(params)
    };
    const result = results[method]?.();
    res.writeHead(result ? 200 : 404, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify({ jsonrpc: '2.0', id, ...(result ? { result: { resultType: 'complete', ...result } } : { error: { code: -32601, message: `no ${method}` } }) }));
  }
  #pay({ inputResponses, requestState }) {
    this.calls.push({ inputResponses, requestState });
    if (this.visited) return { content: [{ type: 'text', text: `paid, after ${requestState ?? 'nothing'}` }] };
    return {
      resultType: 'input_required', requestState: `S${++this.#states}`,
      inputRequests: { page: { method: 'elicitation/create', params: { mode: 'url', url: 'https://bank.example/sign', message: 'Please sign.' } } }
    };
  }
}

describe('a call whose person is busy at a URL', { timeout: 60_000 }, () => {
  it('ends with -32042 and goes on where it was when it is made again', async () => {
    const bank = await new Bank().start();
    let gateway;
    try {
      // The answer to the question has as long as the page: on a busy machine a second is not enough for it.
      gateway = await Gateway.serve({ servers: { bank: { url: bank.url } }, questions: { human_wait: '6s' } });
      const session = await LegacyWire.connect(gateway.url(), { capabilities: ABLE });
      const pay = { name: 'bank.pay', arguments: {} };
      const stream = await session.open('tools/call', pay);
      const question = await stream.next(({ method }) => method === 'elicitation/create', 'the question');
      await session.answer(question.id, { action: 'accept' });
      const { error } = await stream.next((message) => message.error, 'the end of the call', 20_000);
      assert.equal(error.code, -32042);
      const [{ elicitationId, url }] = error.data.elicitations;
      assert.deepEqual([elicitationId, url], [question.params.elicitationId, 'https://bank.example/sign']);
      const last = bank.calls.length;

      bank.visited = true;
      const again = await session.open('tools/call', pay);
      const { result } = await again.next((message) => message.result, 'the result');
      assert.equal(result.content[0].text, `paid, after S${last}`, 'its state went back');
      assert.deepEqual(bank.calls.at(-1).inputResponses, { page: { action: 'accept' } });
      assert.ok(!again.messages.some(({ method }) => method === 'elicitation/create'), 'nobody is asked twice');
      const told = again.messages.find(({ method }) => method === 'notifications/elicitation/complete');
      assert.equal(told?.params.elicitationId, elicitationId);

      await session.send('tools/call', pay);
      assert.equal(bank.calls.at(-1).requestState, undefined, 'a third call is a new one');
      await session.end();
    } finally {
      await gateway?.stop();
      await bank.close();
    }
  });
});
