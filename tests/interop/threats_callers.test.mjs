// T36, T37: what a client carries away (states of questions, ids of tasks) is of use to nobody else, not even to the same person with
// another program. All users are one person here; only the program in their tokens differs.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Guarded } from './lib/guarded.mjs';
import { bearer } from './lib/revisions.mjs';
import { fixture, kinds } from './lib/servers.mjs';
import { answersTo, LegacyWire, ModernWire } from './lib/wire.mjs';

const FORMS = { elicitation: { form: {} } };
const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
const answer = () => ({ action: 'accept', content: { color: 'red', word: 'red' } });
const tool = (name, args = {}) => ({ name, arguments: args });
const pipe = (file, ...args) => ({ command: process.execPath, args: [file, ...args] });
let place, mine, foreign, again;

/// Alice with this program; every token is a new one.
const as = async (client_id) => bearer(await place.issuers.corp.mint(place.resource, { sub: 'alice', client_id }));

before(async () => {
  const [old, fresh] = ['old-pipe', 'new-pipe'].map((name) => kinds.find((kind) => kind.name === name).file);
  place = await Guarded.open({
    config: {
      servers: {
        old: pipe(old, '--stdio'), new: pipe(fresh, '--stdio'),
        lpipe: pipe(fixture('task_server.mjs'), 'legacy', '--stdio'), mpipe: pipe(fixture('task_server.mjs'), 'modern', '--stdio')
      }
    }
  });
  [mine, foreign, again] = await Promise.all([as('ide'), as('script'), as('ide')]);
});
after(() => place?.close());

const modern = (headers, capabilities = FORMS) => new ModernWire(place.url, { headers, capabilities });
const outcome = async (client, method, params) => {
  const { response } = await client.send(method, params);
  return response.error ? [response.error.code, response.error.message] : response.result;
};

describe('T36: the state of a question', { timeout: 60_000 }, () => {
  for (const [what, name, args] of [['parked', 'old.ask'], ['passed on', 'new.ask'], ['of a task that is waited for', 'mpipe.must', { asks: true }]]) {
    it(`continues its own caller's call only (${what})`, async () => {
      const asked = await modern(mine).result('tools/call', tool(name, args));
      assert.equal(asked.resultType, 'input_required');
      const retry = { ...tool(name, args), ...answersTo(asked, answer) };
      const { error } = (await modern(foreign).send('tools/call', retry)).response;
      assert.deepEqual([error?.code, error?.data.gatehouse.reason], [-32602, 'request_state_invalid']);
      const done = await modern(again).result('tools/call', retry);
      assert.match(done.content[0].text, /^accept:? red$/, 'with a newer token it is the same caller');
    });
  }
});

describe('T37: a task', { timeout: 60_000 }, () => {
  for (const server of ['lpipe', 'mpipe']) {
    it(`does not exist for another program, under a sealed id (${server})`, async () => {
      const able = { ...FORMS, ...TASKS };
      const { taskId } = await modern(mine, able).result('tools/call', tool(`${server}.must`, { ms: 60_000 }));
      for (const [method, more] of [['tasks/get', {}], ['tasks/update', { inputResponses: {} }], ['tasks/cancel', {}]]) {
        const unknown = await outcome(modern(mine, able), method, { taskId: `${taskId}A`, ...more });
        assert.deepEqual(await outcome(modern(foreign, able), method, { taskId, ...more }), unknown, method);
      }
      assert.equal((await modern(again, able).result('tasks/get', { taskId })).status, 'working');
      await modern(again, able).result('tasks/cancel', { taskId });
    });

    it(`does not exist for another program, in sessions (${server})`, async () => {
      const [hers, others, later] = await Promise.all([mine, foreign, again].map((headers) => LegacyWire.connect(place.url, { headers })));
      const { taskId } = (await outcome(hers, 'tools/call', { ...tool(`${server}.must`, { ms: 60_000 }), task: {} })).task;
      for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel']) {
        const unknown = await outcome(hers, method, { taskId: `${taskId}A` });
        assert.equal(unknown[0], -32602);
        assert.deepEqual(await outcome(others, method, { taskId }), unknown, method);
      }
      assert.deepEqual((await outcome(others, 'tasks/list')).tasks, []);
      assert.ok((await outcome(later, 'tasks/list')).tasks.some((task) => task.taskId === taskId), 'another session of hers');
      assert.equal((await outcome(later, 'tasks/cancel', { taskId })).status, 'cancelled');
    });
  }
});
