// Tasks between clients and servers of both eras (scenario 11): the core feature of 2025-11-25 and the extension of 2026-07-28, clients
// that follow tasks and clients that know none. The servers are scripted, so that every end of a task can be had, and the official
// server `everything` has a tool that runs as a task only and asks on the way.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { Gateway } from './lib/gateway.mjs';
import * as official from './lib/official.mjs';
import { own } from './lib/processes.mjs';
import * as sdk1 from './lib/sdk1.mjs';
import { pause, until } from './lib/wait.mjs';
import { LegacyWire, META, ModernWire, post } from './lib/wire.mjs';

const SERVER = join(import.meta.dirname, 'fixtures/task_server.mjs');
const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
const FORMS = { elicitation: { form: {} } };
const RELATED = 'io.modelcontextprotocol/related-task';
const SERVERS = ['lweb', 'lpipe', 'mweb', 'mpipe'];
const TERMINAL = ['completed', 'failed', 'cancelled'];

const processes = [];
let gateway;
let eager;                        // prefers tasks, and keeps tasks for every tool

async function http(era) {
  const child = own(spawn(process.execPath, [SERVER, era, '--http'], { stdio: ['ignore', 'pipe', 'inherit'] }));
  processes.push(child);
  for await (const line of createInterface({ input: child.stdout })) return { url: line };
  throw new Error('no URL');
}
const pipe = (era) => ({ command: process.execPath, args: [SERVER, era, '--stdio'] });

before(async () => {
  const servers = { lweb: await http('legacy'), mweb: await http('modern'), lpipe: pipe('legacy'), mpipe: pipe('modern') };
  gateway = await Gateway.serve({ servers, limits: { drain: '1s' } });
  const preferring = Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, { ...server, prefer_tasks: true, wrap_values: true }]));
  eager = await Gateway.serve({ servers: preferring, tasks: { facade: 'all', ttl: '1m', max_ttl: '5m', poll_interval: '50ms' }, limits: { drain: '1s' } });
});
after(async () => {
  try {
    await Promise.all([gateway?.stop(), eager?.stop()]);
  } finally {
    for (const child of processes) child.kill();
  }
});

const modern = (capabilities = { ...TASKS, ...FORMS }, to = gateway) => new ModernWire(to.url(), { capabilities });
const legacy = (options = {}, to = gateway) => LegacyWire.connect(to.url(), { capabilities: FORMS, ...options });
const textOf = (result) => result.content[0].text;
const accept = (word) => ({ action: 'accept', content: { word } });
const codeOf = (promise) => promise.then(() => undefined, (error) => error.code);
const send = async (client, method, params) => {
  const { response } = await client.send(method, params);
  if (!response.result) throw Object.assign(new Error(response.error.message), response.error);
  return response.result;
};

/// Polls until `done`, with every status on the way.
async function follow(get, done = ({ status }) => TERMINAL.includes(status)) {
  const statuses = [];
  const task = await until('the task', async () => {
    const now = await get();
    if (statuses.at(-1) !== now.status) statuses.push(now.status);
    return done(now) && now;
  });
  return { task, statuses };
}

describe('a stateless client with the extension', () => {
  for (const server of SERVERS) {
    const call = (client, args = {}, tool = 'must') => client.result('tools/call', { name: `${server}.${tool}`, arguments: args });
    const get = (client, taskId) => () => client.result('tasks/get', { taskId });

    it(`${server}: follows a task to its result`, async () => {
      const client = modern();
      const made = await call(client);
      assert.equal(made.resultType, 'task');
      assert.equal(made.status, 'working');
      assert.match(made.taskId, /^gt1\.[\w-]+\.[\w-]+$/);
      assert.ok(made.ttlMs > 0 && made.pollIntervalMs > 0 && made.createdAt && made.lastUpdatedAt);
      assert.ok(!('task' in made) && !('ttl' in made));
      const { task } = await follow(get(client, made.taskId));
      assert.equal(task.resultType, 'complete');
      assert.equal(task.status, 'completed');
      assert.equal(task.taskId, made.taskId);
      assert.equal(textOf(task.result), 'done');
      assert.equal(task.result._meta?.[RELATED], undefined);
    });

    it(`${server}: a tool that fails is completed, a protocol error is failed`, async () => {
      const client = modern();
      const failed = await follow(get(client, (await call(client, { end: 'fail' })).taskId));
      assert.equal(failed.task.status, 'completed');
      assert.equal(failed.task.result.isError, true);
      const exploded = await follow(get(client, (await call(client, { end: 'explode' })).taskId));
      assert.equal(exploded.task.status, 'failed');
      assert.deepEqual(exploded.task.error, { code: -32603, message: 'the work exploded', data: { fuse: 'short' } });
      assert.equal(exploded.task.result, undefined);
    });

    it(`${server}: answers the questions of a task`, async () => {
      const client = modern();
      const { taskId } = await call(client, { asks: true });
      const { task } = await follow(get(client, taskId), ({ status }) => status === 'input_required');
      const [[key, question]] = Object.entries(task.inputRequests);
      assert.equal(question.method, 'elicitation/create');
      assert.equal(question.params.message, `[${server}] Which word?`);
      assert.equal(question.params._meta?.[RELATED], undefined);
      assert.deepEqual(Object.keys((await client.result('tasks/get', { taskId })).inputRequests), [key], 'the same question has the same key');
      const ack = await client.result('tasks/update', { taskId, inputResponses: { [key]: accept('blue'), unknown: accept('x') } });
      assert.equal(ack.resultType, 'complete');
      assert.equal(ack.taskId, undefined);
      const done = await follow(get(client, taskId));
      assert.equal(textOf(done.task.result), 'accept blue');
      assert.equal((await client.result('tasks/update', { taskId, inputResponses: { [key]: accept('late') } })).resultType, 'complete');
    });

    it(`${server}: cancels a task, and may cancel it again when it is over`, async () => {
      const client = modern();
      const { taskId } = await call(client, { ms: 20_000 });
      assert.equal((await client.result('tasks/cancel', { taskId })).resultType, 'complete');
      assert.equal((await follow(get(client, taskId))).task.status, 'cancelled');
      assert.equal((await client.result('tasks/cancel', { taskId })).resultType, 'complete');
      const quick = (await call(client)).taskId;
      await follow(get(client, quick));
      assert.equal((await client.result('tasks/cancel', { taskId: quick })).resultType, 'complete');
      assert.equal((await client.result('tasks/get', { taskId: quick })).status, 'completed');
    });

    it(`${server}: decides itself where the tool leaves the choice`, async () => {
      const client = modern();
      const isModern = server.startsWith('m');
      assert.equal((await call(client, {}, 'may')).resultType, isModern ? 'task' : 'complete');
      assert.equal((await modern(undefined, eager).result('tools/call', { name: `${server}.may`, arguments: {} })).resultType, 'task');
      assert.equal((await call(client, {}, 'never')).resultType, 'complete');
      const { response } = await client.send('tools/call', { name: `${server}.may`, arguments: {}, task: { ttl: 1000 } });
      assert.equal(response.result.resultType, isModern ? 'task' : 'complete', 'params.task means nothing in this revision');
    });
  }

  it('refuses ids that are forged, unknown or of another gateway, and clients that did not declare the extension', async () => {
    const client = modern();
    const { taskId } = await client.result('tools/call', { name: 'mweb.must', arguments: { ms: 2000 } });
    const forged = `${taskId.slice(0, -4)}${taskId.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
    const foreign = (await modern(undefined, eager).result('tools/call', { name: 'mweb.must', arguments: {} })).taskId;
    for (const bad of [forged, foreign, 'T-1', 'gt1.a.b', 'x'.repeat(5000)]) {
      for (const [method, more] of [['tasks/get', {}], ['tasks/cancel', {}], ['tasks/update', { inputResponses: {} }]])
        assert.equal(await codeOf(client.result(method, { taskId: bad, ...more })), -32602, `${method} ${bad.slice(0, 40)}`);
    }
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
      const { response, status } = await modern(FORMS).send(method, { taskId, inputResponses: {} });
      assert.equal(response.error.code, -32021);
      assert.equal(status, 400);
      assert.deepEqual(response.error.data.requiredCapabilities, TASKS);
    }
    const named = new ModernWire(gateway.url(), { capabilities: TASKS, headers: { 'Mcp-Name': taskId } });
    assert.equal(await codeOf(named.result('tasks/result', { taskId })), -32601);
    assert.equal(await codeOf(client.result('tasks/list')), -32601);
    assert.equal((await client.result('tasks/get', { taskId })).status, 'working');
    await client.result('tasks/cancel', { taskId });
  });

  it('hears of the extension, and never of the core feature', async () => {
    const { capabilities } = await modern().result('server/discover');
    assert.deepEqual(capabilities.extensions['io.modelcontextprotocol/tasks'], {});
    assert.equal(capabilities.tasks, undefined);
    for (const tool of (await modern().result('tools/list')).tools) assert.equal(tool.execution, undefined, tool.name);
  });
});

describe('a stream that watches tasks', () => {
  for (const server of SERVERS) {
    it(`${server}: tells every change, beside lists, until the end`, async () => {
      const client = modern();
      const { taskId } = await client.result('tools/call', { name: `${server}.must`, arguments: { ms: 150, asks: true } });
      const stream = await client.open('subscriptions/listen', { notifications: { toolsListChanged: true, taskIds: [taskId, 'gt1.x.y'] } });
      const ack = await stream.next(({ method }) => method === 'notifications/subscriptions/acknowledged');
      assert.deepEqual(ack.params.notifications, { toolsListChanged: true, taskIds: [taskId] });
      const told = (status) => stream.next(({ method, params }) => method === 'notifications/tasks' && params.status === status, `a task that is ${status}`);
      const asks = await told('input_required');
      assert.equal(asks.params._meta[META.subscription], stream.id);
      assert.equal(asks.params.taskId, taskId);
      const [key] = Object.keys(asks.params.inputRequests);
      await client.result('tasks/update', { taskId, inputResponses: { [key]: accept('seen') } });
      assert.equal(textOf((await told('completed')).params.result), 'accept seen');
      await stream.close();
    });
  }

  it('is for clients that declare the extension', async () => {
    const { response } = await modern(FORMS).send('subscriptions/listen', { notifications: { taskIds: [] } });
    assert.equal(response.error.code, -32021);
    assert.equal(await codeOf(modern().result('subscriptions/listen', { notifications: { taskIds: 'x' } })), -32602);
  });
});

describe('a client of 2025-11-25 that asks for a task', { concurrency: true }, () => {
  for (const server of SERVERS) {
    const begin = async (client, args = {}, { tool = 'must', task = {} } = {}) =>
      (await send(client, 'tools/call', { name: `${server}.${tool}`, arguments: args, task })).task;
    const get = (client, taskId) => () => send(client, 'tasks/get', { taskId });

    it(`${server}: gets its result when it is there`, async () => {
      const client = await legacy();
      const made = await begin(client, { ms: 100 }, { task: { ttl: 5000 } });
      assert.equal(made.status, 'working');
      assert.equal(made.ttl, 5000);
      assert.match(made.taskId, /^gl1\.[\w-]{20,}$/);
      assert.equal(made.resultType, undefined);
      const result = await send(client, 'tasks/result', { taskId: made.taskId });
      assert.equal(textOf(result), 'done');
      assert.deepEqual(result._meta[RELATED], { taskId: made.taskId });
      assert.equal(result.resultType, undefined);
      assert.equal((await send(client, 'tasks/get', { taskId: made.taskId })).status, 'completed');
      assert.equal(textOf(await send(client, 'tasks/result', { taskId: made.taskId })), 'done', 'and again');
    });

    it(`${server}: a tool that fails is failed, and so is a protocol error`, async () => {
      const client = await legacy();
      const failed = await begin(client, { end: 'fail' });
      assert.equal((await follow(get(client, failed.taskId))).task.status, 'failed');
      assert.equal((await send(client, 'tasks/result', { taskId: failed.taskId })).isError, true);
      const exploded = await begin(client, { end: 'explode' });
      const { task } = await follow(get(client, exploded.taskId));
      assert.equal(task.status, 'failed');
      assert.equal(task.statusMessage, 'the work exploded');
      assert.equal(await codeOf(send(client, 'tasks/result', { taskId: exploded.taskId })), -32603);
    });

    it(`${server}: hears a server's own error and result as a plain call does`, async () => {
      const client = await legacy({}, eager);
      const outcome = async (end, task) => {
        const made = await client.send('tools/call', { name: `${server}.may`, arguments: { end }, ...(task && { task: {} }) });
        if (!task) return made.response;
        return (await client.send('tasks/result', { taskId: made.response.result.task.taskId })).response;
      };
      for (const task of [true, false]) {
        const { code, message, data } = (await outcome('odd', task)).error;
        assert.deepEqual({ code, message, data }, { code: -32010, message: 'odd', data: { why: 'so' } });
        assert.deepEqual((await outcome('list', task)).result.structuredContent, { value: [1, 2] });
      }
    });

    it(`${server}: is asked on the stream of tasks/result`, async () => {
      const client = await legacy();
      const { taskId } = await begin(client, { asks: true });
      await follow(get(client, taskId), ({ status }) => status === 'input_required');
      const stream = await client.open('tasks/result', { taskId });
      const question = await stream.next(({ method }) => method === 'elicitation/create');
      assert.equal(question.params.message, `[${server}] Which word?`);
      assert.deepEqual(question.params._meta[RELATED], { taskId });
      await client.answer(question.id, accept('green'));
      const { result } = await stream.next(({ id }) => id === stream.id);
      assert.equal(textOf(result), 'accept green');
    });

    it(`${server}: cancels once, and for good`, async () => {
      const client = await legacy();
      const { taskId } = await begin(client, { ms: 300 });
      const cancelled = await send(client, 'tasks/cancel', { taskId });
      assert.equal(cancelled.status, 'cancelled');
      assert.equal(cancelled.taskId, taskId);
      assert.equal(await codeOf(send(client, 'tasks/cancel', { taskId })), -32602);
      await pause(500);
      assert.equal((await send(client, 'tasks/get', { taskId })).status, 'cancelled');
      assert.equal(await codeOf(send(client, 'tasks/result', { taskId })), -32602);
      // A session has a process of its own; its tasks are elsewhere.
      const log = async () => server === 'lpipe' ? gateway.lines.join('\n')
        : textOf(await send(client, 'tools/call', { name: `${server}.log`, arguments: {} }));
      await until('the cancellation at the server', async () => (await log()).includes('cancelled'));
      const quick = await begin(client);
      await send(client, 'tasks/result', { taskId: quick.taskId });
      assert.equal(await codeOf(send(client, 'tasks/cancel', { taskId: quick.taskId })), -32602);
    });

    it(`${server}: shows its tools as what they can be`, async () => {
      const support = async (client) => Object.fromEntries((await send(client, 'tools/list', {})).tools
        .filter(({ name }) => name.startsWith(`${server}.`)).map(({ name, execution }) => [name.split('.')[1], execution?.taskSupport]));
      const shown = await support(await legacy());
      const isModern = server.startsWith('m');
      assert.equal(shown.must, isModern ? 'optional' : 'required');
      assert.equal(shown.may, 'optional');
      assert.equal(shown.never ?? 'forbidden', isModern ? 'optional' : 'forbidden');
      assert.equal((await support(await legacy({}, eager))).never, 'optional');
      const client = await legacy();
      if (!isModern) assert.equal(await codeOf(begin(client, {}, { tool: 'never' })), -32601);
      const { taskId } = await begin(await legacy({}, eager), {}, { tool: 'never' }).catch(assert.fail);
      assert.match(taskId, /^gl1\./);
    });
  }

  it('finds nothing under ids that are not its own', async () => {
    const client = await legacy();
    for (const taskId of ['gl1.unknown', '', 'T-1', (await modern().result('tools/call', { name: 'mweb.must', arguments: {} })).taskId])
      for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel'])
        assert.equal(await codeOf(send(client, method, { taskId })), -32602, `${method} ${taskId}`);
    assert.equal(await codeOf(send(client, 'tasks/list', {})), -32601, 'nobody knows who this client is');
  });

  it('gets the life time it asks for, within bounds', async () => {
    const client = await legacy({}, eager);
    const ttl = async (task) => (await send(client, 'tools/call', { name: 'mweb.may', arguments: {}, task })).task.ttl;
    assert.equal(await ttl({}), 60_000);
    assert.equal(await ttl({ ttl: 1234 }), 1234);
    assert.equal(await ttl({ ttl: 1e12 }), 300_000);
    assert.equal(await ttl({ ttl: 'soon' }), 60_000);
    assert.equal(await codeOf(ttl('soon')), -32602);
  });

  it('hears of the core feature, and never of the extension', async () => {
    const { capabilities } = (await legacy()).initialized;
    assert.deepEqual(capabilities.tasks, { cancel: {}, requests: { tools: { call: {} } } });
    assert.equal(capabilities.extensions?.['io.modelcontextprotocol/tasks'], undefined);
    assert.equal((await legacy({ version: '2025-06-18' })).initialized.capabilities.tasks, undefined);
  });
});

describe('what is told while a task runs', { concurrency: true }, () => {
  for (const server of SERVERS) {
    it(`${server}: progress to a client that follows none`, async () => {
      const meta = { progressToken: 'p' };
      const { messages } = await modern(FORMS).send('tools/call', { name: `${server}.must`, arguments: { ms: 100 } }, { meta });
      const told = messages.filter(({ method }) => method === 'notifications/progress').map(({ params }) => params);
      assert.ok(told.length >= 1, JSON.stringify(messages));
      assert.ok(told.every(({ progressToken, progress }, n) => progressToken === 'p' && (n === 0 || progress > told[n - 1].progress)), 'it only grows');
    });

    it(`${server}: the status to the session that made it, if it listens`, async () => {
      const session = await legacy();
      const stream = await session.listen();
      const { task } = await send(session, 'tools/call', { name: `${server}.must`, arguments: {}, task: {} });
      const isOver = ({ method, params }) => method === 'notifications/tasks/status' && TERMINAL.includes(params.status);
      const { params } = await stream.next(isOver, 'the end of the task');
      assert.deepEqual([params.taskId, params.status], [task.taskId, 'completed']);
      await stream.close();
      await session.end();
    });
  }
});

describe('a client without tasks', { concurrency: true }, () => {
  const clients = {
    'stateless': async (answer) => {
      const client = modern(FORMS);
      return (name, args) => client.call(name, args, answer);
    },
    '2025-11-25': async (answer) => {
      const client = await legacy();
      return async (name, args) => {
        const stream = await client.open('tools/call', { name, arguments: args });
        const answered = (async () => {
          if (!args.asks) return;
          const { id, method, params } = await stream.next((message) => message.method === 'elicitation/create');
          await client.answer(id, answer(method, params));
        })();
        const { result, error } = await stream.next(({ id }) => id === stream.id);
        await answered;
        if (error) throw Object.assign(new Error(error.message), error);
        return result;
      };
    },
    '2025-06-18': async (answer) => {
      const client = await legacy({ version: '2025-06-18', capabilities: { elicitation: {} } });
      return async (name, args) => {
        const stream = await client.open('tools/call', { name, arguments: args });
        if (args.asks) {
          const { id, method, params } = await stream.next((message) => message.method === 'elicitation/create');
          await client.answer(id, answer(method, params));
        }
        return (await stream.next(({ id }) => id === stream.id)).result;
      };
    }
  };
  for (const server of SERVERS) {
    for (const [client, connect] of Object.entries(clients)) {
      it(`${client}, ${server}: waits for what runs as a task only`, async () => {
        const call = await connect((method, { message }) => accept(message.replace(/^.*\]\s*/, '').slice(0, 5)));
        assert.equal(textOf(await call(`${server}.must`, {})), 'done');
        const failed = await call(`${server}.must`, { end: 'fail' });
        assert.equal(failed.isError, true);
        assert.equal(failed.resultType ?? 'complete', 'complete');
        assert.equal(textOf(await call(`${server}.must`, { asks: true })), 'accept Which');
        assert.equal(textOf(await call(`${server}.may`, {})), 'done');
      });
    }
  }
});

it('a stateless client without tasks that goes away takes its task along', async () => {
  const client = modern({});
  const told = async (what) => textOf(await client.result('tools/call', { name: 'mweb.log', arguments: {} })).split(what).length;
  const calls = await told('must declared');
  const cancelled = await told('cancelled');
  const { body, headers } = client.request('tools/call', { name: 'mweb.must', arguments: { ms: 20_000 } });
  const leave = new AbortController();
  const gone = assert.rejects(post(client.url, body, headers, { signal: leave.signal }));
  await until('the call', async () => await told('must declared') > calls);
  leave.abort();
  await gone;
  await until('the cancellation', async () => await told('cancelled') > cancelled);
});

describe('the official server everything, whose research runs as a task only', { timeout: 60_000, concurrency: true }, () => {
  let servers;
  let research;
  before(async () => {
    servers = official.officialServers();
    research = await Gateway.serve({ servers: { everything: servers.mcpServers.everything }, limits: { drain: '1s' } }, { startTimeout: 30_000 });
  });
  after(async () => {
    try {
      await research?.stop();
    } finally {
      servers?.remove();
    }
  });
  const NAME = 'everything.simulate-research-query';

  it('answers the official client, which follows the task and is asked', async () => {
    const client = new sdk1.Client({ name: 'interop-test', version: '1' }, { capabilities: { elicitation: { form: {} } } });
    client.setRequestHandler(sdk1.ElicitRequestSchema, () => ({ action: 'accept', content: { interpretation: 'snake' } }));
    await client.connect(new sdk1.StreamableHTTPClientTransport(new URL(research.url())));
    await client.listTools();
    const statuses = new Set();
    let result;
    for await (const message of client.experimental.tasks.callToolStream({ name: NAME, arguments: { topic: 'python', ambiguous: true } }, sdk1.CallToolResultSchema, { task: { ttl: 60_000 } })) {
      if (message.type === 'taskStatus') statuses.add(message.task.status);
      if (message.type === 'error') throw message.error;
      if (message.type === 'result') ({ result } = message);
    }
    assert.match(textOf(result), /Research Report: python/);
    assert.ok(statuses.has('working'));
    await client.close();
  });

  it('answers a stateless client with the extension', async () => {
    const client = new ModernWire(research.url(), { capabilities: TASKS });
    const { taskId, resultType } = await client.result('tools/call', { name: NAME, arguments: { topic: 'tasks' } });
    assert.equal(resultType, 'task');
    const { task } = await follow(() => client.result('tasks/get', { taskId }));
    assert.match(textOf(task.result), /Research Report: tasks/);
  });

  it('answers a stateless client without it', async () => {
    const client = new ModernWire(research.url(), { capabilities: {} });
    assert.match(textOf(await client.result('tools/call', { name: NAME, arguments: { topic: 'waiting' } })), /Research Report: waiting/);
  });
});
