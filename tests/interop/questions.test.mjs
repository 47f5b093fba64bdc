// The server asks the client: every pair of eras, over stdio and HTTP, beyond the single questions of the matrix. Several
// questions at once, several rounds, forms, URLs that have to be visited first, clients that cannot be asked. With
// GATEHOUSE_DIRECT=1 the clients connect straight to the servers of their own era.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Gateway } from './lib/gateway.mjs';
import { connect } from './lib/peers.mjs';
import { kinds, start } from './lib/servers.mjs';

const direct = process.env.GATEHOUSE_DIRECT === '1';
const SOON = { timeout: 8_000 };
const COLOURS = ['red', 'blue'];  // Answers to questions for a colour, in turn.
const asked = [];                 // Messages and URLs of the elicitations that arrived.
const answers = {
  elicitation: ({ message }) => {
    asked.push({ message });
    if (message.endsWith('Pick some')) return { action: 'accept', content: { size: 'l', days: ['tue'] } };
    return { action: 'accept', content: { color: COLOURS[(asked.length - 1) % COLOURS.length] } };
  },
  login: ({ message, url }) => {
    asked.push({ message, url });
    return { action: 'accept' };
  },
  sampling: ({ messages }) => ({ role: 'assistant', model: 'test', content: { type: 'text', text: [messages[0].content].flat()[0].text } }),
  roots: () => ({ roots: [{ uri: 'file:///srv/project', name: 'project' }] })
};
const chosen = kinds.filter(({ name }) => ['old-pipe', 'old-web', 'new-pipe', 'new-web'].includes(name));
const servers = new Map();        // name of a kind -> {target, stop}
let gateway;

before(async () => {
  await Promise.all(chosen.map(async (kind) => servers.set(kind.name, await start(kind))));
  if (direct) return;
  gateway = await Gateway.serve({ servers: Object.fromEntries([...servers].map(([name, { target }]) => [name, target])) });
});

after(async () => {
  try {
    await gateway?.stop();
  } finally {
    for (const { stop } of servers.values()) stop();
  }
});

for (const kind of chosen) {
  for (const era of ['legacy', 'modern']) {
    if (direct && era !== kind.era) continue;
    describe(`${era} client, ${kind.era} server over ${kind.transport}`, { timeout: 90_000 }, () => pair(era, kind));
  }
}

function pair(era, kind) {
  const own = (name) => direct ? name : `${kind.name}.${name}`;
  const label = direct ? '' : `[${kind.name}] `;
  const reach = (options) => connect(era, direct ? servers.get(kind.name).target : { url: gateway.url() }, options);
  let peer, mute;

  before(async () => {
    peer = await reach({ answers });
    mute = await reach({});
  });
  after(async () => {
    await peer?.close();
    await mute?.close();
  });
  beforeEach(() => { asked.length = 0; });

  it('answers with a form, with the model, with roots', async () => {
    assert.equal(await peer.text(own('ask'), {}, SOON), 'accept: red');
    assert.deepEqual(asked, [{ message: `${label}Which colour?` }], 'people are told which server asks');
    assert.equal(await peer.text(own('sample'), {}, SOON), 'the model said Say yes');
    assert.equal(await peer.text(own('roots'), {}, SOON), 'file:///srv/project');
  });

  it('fills in all kinds of fields', async () => {
    assert.deepEqual(JSON.parse(await peer.text(own('pick'), {}, SOON)), { size: 'l', days: ['tue'] });
  });

  it('answers two questions at once', async () => {
    assert.equal(await peer.text(own('both'), {}, SOON), 'red in file:///srv/project');
  });

  it('answers in two rounds', async () => {
    assert.equal(await peer.text(own('twice'), {}, SOON), 'red, then blue');
    assert.equal(asked.length, 2, 'nothing was asked twice');
  });

  it('answers for several calls at a time', async () => {
    const texts = await Promise.all([1, 2, 3].map(() => peer.text(own('ask'), {}, SOON)));
    assert.deepEqual(texts.map((one) => one.replace(/red|blue/, 'C')), Array(3).fill('accept: C'));
  });

  it('goes on with plain calls', async () => {
    assert.equal(await peer.text(own('echo'), { text: 'still here' }, SOON), 'still here');
  });

  if (kind.era === 'legacy') {
    it('is sent to a URL by a call that fails without it', async () => {
      const key = `${era}-${direct}`;
      const url = `https://example.org/gate/${key}`;
      if (era === 'legacy') {
        await assert.rejects(peer.call(own('gate'), { key }, SOON), ({ code, data }) => {
          assert.equal(code, -32042);
          assert.deepEqual([data.elicitations[0].url, data.elicitations[0].message], [url, `${label}Please sign in.`]);
          return true;
        });
      }
      assert.equal(await peer.text(own('gate'), { key }, SOON), 'the gate is open');
      if (era === 'modern') assert.deepEqual(asked, [{ message: `${label}Please sign in.`, url }]);
    });
  }

  for (const name of ['ask', 'sample', 'roots', 'login']) {
    it(`ends at once if its client cannot be asked (${name})`, async () => {
      const error = await mute.call(own(name), {}, SOON).then(
        (result) => result.isError ? { message: result.content[0].text } : assert.fail(`answered ${JSON.stringify(result)}`),
        (thrown) => thrown);
      assert.notEqual(error.code, 'REQUEST_TIMEOUT');
      assert.notEqual(error.code, -32001, 'the call timed out');
      assert.match(error.message, /elicit|sampl|roots|url/i);
    });
  }
}
