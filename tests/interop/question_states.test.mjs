// What clients carry between a question and its answer, on the wire: states that are changed, late, used twice or sent with
// another call; answers to nothing; clients that go away; servers that die while they wait.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Gateway } from './lib/gateway.mjs';
import { descendants } from './lib/processes.mjs';
import { kinds, start } from './lib/servers.mjs';
import { until } from './lib/wait.mjs';
import { answersTo, forged, LegacyWire, ModernWire } from './lib/wire.mjs';

const ABLE = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const accept = () => ({ action: 'accept', content: { color: 'red' } });
const reason = ({ error }) => [error?.code, error?.data?.gatehouse?.reason];
const WAIT_MS = 4_000;            // Only what has to come too late waits for it; on a busy machine everything else takes a second, too.
let gateway, servers, client;

before(async () => {
  servers = new Map();
  const chosen = kinds.filter(({ name }) => ['old-pipe', 'old-web', 'new-pipe', 'new-web'].includes(name));
  await Promise.all(chosen.map(async (kind) => servers.set(kind.name, await start(kind))));
  gateway = await Gateway.serve({
    servers: Object.fromEntries([...servers].map(([name, { target }]) => [name, { ...target, max_slots: 8 }])),
    endpoints: [{ path: '/mcp' }, { path: '/other' }],
    questions: { parked_wait: `${WAIT_MS}ms`, human_wait: '3s', reminder: '1s', max_rounds: 3 }
  });
  client = new ModernWire(gateway.url(), { capabilities: ABLE });
});
after(async () => {
  try {
    await gateway?.stop();
  } finally {
    for (const { stop } of servers.values()) stop();
  }
});

const tool = (name, args = {}) => ({ name, arguments: args });
/// The first answer of a call that asks.
async function ask(name, args) {
  const result = await client.result('tools/call', tool(name, args));
  assert.equal(result.resultType, 'input_required');
  return result;
}
const retry = async (params, options) => (await client.send('tools/call', params, options)).response;

describe('calls that ask', { concurrency: true }, () => {
  for (const server of ['old-pipe', 'old-web', 'new-pipe', 'new-web']) {
    const parked = server.startsWith('old');
    describe(`a call of ${server}`, { timeout: 60_000, concurrency: 1 }, () => {
      const name = `${server}.ask`;

      it('asks under a key, says who asks, and gives a sealed state', async () => {
        const result = await ask(name);
        const [[key, { method, params }]] = Object.entries(result.inputRequests);
        assert.equal(key, parked ? 'r1' : 'answer');
        assert.equal(method, 'elicitation/create');
        assert.equal(params.message, `[${server}] Which colour?`);
        assert.equal(params._meta, undefined, 'a question inside a result has none');
        assert.equal(result._meta['io.gatehouse/backend'].name, server);
        assert.match(result.requestState, /^gs1\.[\w-]+\.[\w-]+$/);
        assert.equal(result.ttlMs, undefined);
        const done = await retry({ ...tool(name), ...answersTo(result, accept) });
        assert.equal(done.result.content[0].text, 'accept: red');
        assert.equal(done.result.resultType, 'complete');
      });

      it('refuses a state that was changed, made up, or sent with another call', async () => {
        const result = await ask(name);
        const { inputResponses, requestState } = answersTo(result, accept);
        const refused = [-32602, 'request_state_invalid'];
        for (const state of [forged(requestState), 'S1', 'gs1..', '', `${requestState}A`, requestState.replace('gs1', 'gc1')])
          assert.deepEqual(reason(await retry({ ...tool(name), inputResponses, requestState: state })), refused, state);
        assert.deepEqual(reason(await retry({ ...tool(name, { more: 1 }), inputResponses, requestState })), refused);
        assert.deepEqual(reason(await retry({ ...tool(`${server}.roots`), inputResponses, requestState })), refused);
        assert.deepEqual(reason(await retry({ ...tool(name), inputResponses, requestState: 7 })), [-32602, 'invalid_params']);
        assert.deepEqual(reason(await retry({ ...tool(name), inputResponses: { r1: 7 }, requestState })), [-32602, 'invalid_params']);
        const other = new ModernWire(gateway.url('/other'), { capabilities: ABLE });
        assert.deepEqual(reason((await other.send('tools/call', { ...tool(name), inputResponses, requestState })).response), refused, 'of another endpoint');
        const done = await retry({ ...tool(name), inputResponses, requestState });
        assert.equal(done.result.content[0].text, 'accept: red', 'none of that harmed the call');
      });

      it('refuses a state that comes too late', async () => {
        const result = await ask(name);
        const late = { ...tool(name), ...answersTo(result, accept) };
        const error = await until('the state to expire', async () => {
          const { error: found } = await retry({ ...late, inputResponses: {} });
          return found;
        }, 20_000);
        assert.deepEqual([error.code, error.data.gatehouse.reason], [-32602, 'request_state_expired']);
      });
    });
  }
});

describe('a parked call', { timeout: 60_000 }, () => {
  const name = 'old-pipe.ask';

  it('tells the same retry the same, and takes no other answers for it', async () => {
    const result = await ask(name);
    const params = { ...tool(name), ...answersTo(result, accept) };
    const [first, second] = await Promise.all([retry(params), retry(params)]);
    assert.equal(first.result.content[0].text, 'accept: red');
    assert.deepEqual(second.result.content, first.result.content);
    assert.deepEqual((await retry(params)).result.content, first.result.content, 'for a while');
    const other = { ...params, inputResponses: { r1: { action: 'decline' } } };
    assert.deepEqual(reason(await retry(other)), [-32602, 'request_state_consumed']);
  });

  it('asks again for what was not answered, and ignores answers to nothing', async () => {
    const result = await ask(name);
    const again = await retry({ ...tool(name), inputResponses: { r7: { action: 'accept' } }, requestState: result.requestState });
    assert.deepEqual(again.result.inputRequests, result.inputRequests);
    assert.notEqual(again.result.requestState, result.requestState);
    const done = await retry({ ...tool(name), ...answersTo(again.result, accept) });
    assert.equal(done.result.content[0].text, 'accept: red');
  });

  it('asks a person again who filled the form in wrongly', async () => {
    const result = await ask(name);
    const again = await retry({ ...tool(name), ...answersTo(result, () => ({ action: 'accept', content: { color: 7 } })) });
    assert.deepEqual(Object.keys(again.result.inputRequests), ['r2']);
    assert.match(again.result.inputRequests.r2.params.message, /Which colour\? \(.*text\)$/);
    const done = await retry({ ...tool(name), ...answersTo(again.result, accept) });
    assert.equal(done.result.content[0].text, 'accept: red');
  });

  it('asks only what the newest request declares', async () => {
    const result = await ask('old-pipe.twice');
    const params = { ...tool('old-pipe.twice'), ...answersTo(result, accept) };
    const done = await retry(params, { capabilities: { roots: {} } });
    assert.match(JSON.stringify(done), /did not declare elicitation/);
  });

  it('is lost with its server, and says so', async () => {
    const result = await ask(name);
    const victims = descendants(gateway.pid).filter(({ command }) => command.some((word) => word.includes('legacy_server')));
    assert.ok(victims.length > 0, 'the processes of the server are known');
    for (const { pid } of victims) process.kill(pid, 'SIGKILL');
    const lost = await retry({ ...tool(name), ...answersTo(result, accept) });
    assert.equal(lost.result.isError, true);
    assert.match(lost.result.content[0].text, /lost/);
    await until('the server to be back', async () => (await client.send('tools/call', tool('old-pipe.echo', { text: 'x' }), { capabilities: {} })).response.result?.content[0].text === 'x');
  });

  it('needs no client that stays', async () => {
    const stream = await client.open('tools/call', tool(name));
    const asked = await stream.next((message) => message.result, 'the question');
    await stream.close();
    const done = await retry({ ...tool(name), ...answersTo(asked.result, accept) });
    assert.equal(done.result.content[0].text, 'accept: red');
  });
});

describe('URLs', { timeout: 60_000 }, () => {
  it('end a call of a client that cannot visit them with -32021 and status 400', async () => {
    const { status, response: { error } } = await client.send('tools/call', tool('old-web.gate', { key: 'no-url' }), { capabilities: { elicitation: { form: {} } } });
    assert.deepEqual([status, error.code], [400, -32021]);
    assert.deepEqual(error.data.requiredCapabilities, { elicitation: { url: {} } });
  });

  it('that are declined end the call', async () => {
    const result = await ask('old-web.gate', { key: 'declined' });
    assert.deepEqual(Object.keys(result.inputRequests), ['u1']);
    assert.equal(result.inputRequests.u1.params.elicitationId, undefined);
    const params = { ...tool('old-web.gate', { key: 'declined' }), ...answersTo(result, () => ({ action: 'decline' })) };
    assert.equal((await retry(params)).result.isError, true);
  });

  it('get an id of ours in a session', async () => {
    const session = await LegacyWire.connect(gateway.url(), { capabilities: ABLE });
    const stream = await session.open('tools/call', tool('new-web.login'));
    const question = await stream.next(({ method }) => method === 'elicitation/create', 'the question');
    assert.match(question.params.elicitationId, /^gh:new-web:/);
    assert.deepEqual(question.params._meta['io.gatehouse/backend'], { name: 'new-web' });
    await session.answer(question.id, { action: 'accept' });
    const completed = await stream.next(({ method }) => method === 'notifications/elicitation/complete', 'the completion');
    assert.equal(completed.params.elicitationId, question.params.elicitationId);
    const done = await stream.next(({ result }) => result, 'the result');
    assert.equal(done.result.content[0].text, 'login: accept');
    await session.end();
  });
});

describe('a session', { timeout: 60_000 }, () => {
  const asking = async (name, capabilities, answer) => {
    const session = await LegacyWire.connect(gateway.url(), { capabilities });
    const stream = await session.open('tools/call', { ...tool(name), _meta: { progressToken: 'p' } });
    const question = await stream.next(({ method }) => method && !method.startsWith('notifications/'), 'the question');
    if (answer) await session.answer(question.id, answer);
    const { result, error } = await stream.next((message) => message.result || message.error, 'the end of the call');
    const messages = stream.messages;
    await session.end();
    return { result, error, messages };
  };

  it('that refuses a person\'s question cancels it', async () => {
    const { result } = await asking('new-web.ask', ABLE, { code: -32603, message: 'no' });
    assert.equal(result.content[0].text, 'cancel: undefined');
  });

  it('that refuses its model ends the call', async () => {
    const { result } = await asking('new-web.sample', ABLE, { code: -1, message: 'User rejected' });
    assert.equal(result.isError, true);
    assert.match(result.content[0].text, /sampling\/createMessage.*User rejected/);
  });

  it('that does not answer cancels the question in time, and is reminded meanwhile', async () => {
    const { result, messages } = await asking('new-pipe.ask', ABLE);
    assert.equal(result.content[0].text, 'cancel: undefined');
    assert.ok(messages.some(({ method }) => method === 'notifications/cancelled'));
    const progress = messages.filter(({ method }) => method === 'notifications/progress');
    assert.ok(progress.length >= 1 && progress[0].params.message === 'waiting for input', JSON.stringify(messages));
  });

  it('does not hear of a question it did not declare', async () => {
    const session = await LegacyWire.connect(gateway.url(), { capabilities: { roots: {} } });
    const { response: { error } } = await session.send('tools/call', tool('new-web.ask'));
    assert.equal(error.code, -31003);
    assert.deepEqual(error.data.gatehouse.requiredCapabilities, { elicitation: { form: {} } });
    await session.end();
  });
});
