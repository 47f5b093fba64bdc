// What every client does with every server: name of a feature -> async (cell) => assertions. A cell is
//   {peer, era, server, own(name), ownUri(uri), isOwn(name), isOwnUri(uri), direct, tag}
// where `own` tells how the client sees a name of this server, and `tag` is a word that no other cell uses.
import assert from 'node:assert/strict';
import { BULK, bulkText, COLORS, lists, LOGIN, PAGE, PNG } from '../fixtures/features.mjs';
import { MODERN } from './peers.mjs';
import { until } from './wait.mjs';

const SOON = { timeout: 4_000 };
const BIG = 5_000_000;

/// What the clients answer when a server asks.
export const answers = {
  elicitation: ({ message }) => ({ action: 'accept', content: { color: message.endsWith('Which colour?') ? 'red' : 'none' } }),
  login: ({ message, url }) => ({ action: message.endsWith('Please sign in') && url === LOGIN ? 'accept' : 'decline' }),
  sampling: ({ messages }) => ({ role: 'assistant', model: 'test', content: { type: 'text', text: [messages[0].content].flat()[0].text } }),
  roots: () => ({ roots: [{ uri: 'file:///srv/project', name: 'project' }] })
};

const names = (items) => items.map(({ name }) => name).filter((name) => !name.includes('grown')).sort();

async function list({ peer, own, ownUri, isOwn, isOwnUri }) {
  const ours = (items) => items.filter(({ name }) => isOwn(name));
  assert.deepEqual(names(ours(await peer.tools())), names(lists.tools()).map(own).sort());
  assert.deepEqual(names(ours(await peer.prompts())), names(lists.prompts()).map(own).sort());
  assert.deepEqual((await peer.resources()).map(({ uri }) => uri).filter(isOwnUri).sort(), lists.resources().map(({ uri }) => ownUri(uri)).sort());
  assert.deepEqual((await peer.resourceTemplates()).map((t) => t.uriTemplate).filter(isOwnUri), [ownUri('fixture://item/{id}')]);
  // `execution` says what the gateway makes of the tool: see the feature "tasks".
  const [{ execution, ...add }] = (await peer.tools()).filter(({ name }) => name === own('add'));
  assert.deepEqual({ ...add, name: 'add' }, lists.tools().find(({ name }) => name === 'add'), 'schemas are as the server wrote them');
}

async function pagination({ peer, isOwnUri, direct, rejoined }) {
  const { items, pages } = await peer.walk('resources/list', 'resources');
  const ours = items.map(({ uri }) => uri).filter(isOwnUri);
  assert.equal(ours.length, BULK + 2);
  assert.equal(new Set(ours).size, ours.length, 'nothing comes twice');
  if (rejoined) return;  // `connect` reads all pages and makes its own, of the usual size
  assert.ok(direct ? pages === Math.ceil((BULK + 2) / PAGE) : pages > 1, `${pages} pages`);
}

async function call({ peer, own, server }) {
  if (peer.protocolVersion !== undefined) assert.equal(peer.protocolVersion, peer.era === 'modern' ? MODERN : '2025-11-25');
  const words = `grüße "quoted" \u{1F600} ${server.name}`;
  assert.equal(await peer.text(own('echo'), { text: words }), words);
}

async function progress({ peer, own }) {
  let seen = [];
  // A client forgets the progress that it reads together with the result, which a busy machine may make it do.
  for (let n = 0; n < 3 && seen.at(-1)?.progress !== 4; ++n) {
    seen = [];
    assert.equal(await peer.text(own('count'), { steps: 4 }, { onprogress: (p) => seen.push(p) }), 'counted to 4');
  }
  const values = seen.map(({ progress: value }) => value);
  assert.ok(values.every((value, n) => n === 0 || value > values[n - 1]), `progress only grows: ${values}`);
  assert.ok(values.length >= 2 && values.at(-1) === 4, `progress was ${values}`);
  assert.ok(seen.every(({ total }) => total === 4));
}

async function logging({ peer, own }) {
  peer.logs.length = 0;
  assert.equal((await peer.callWithLogs(own('talk'), { lines: 3 }, 'info')).content[0].text, 'said 3 lines');
  await until('three log messages', () => peer.logs.length >= 3, 5_000);
  assert.deepEqual(peer.logs.map(({ level, data }) => [level, data]), [1, 2, 3].map((n) => ['warning', `line ${n}`]));
  assert.ok(peer.logs.every(({ logger }) => logger.endsWith('fixture')));
}

async function cancellation({ peer, own, tag }) {
  const abort = new AbortController();
  await assert.rejects(peer.call(own('hold'), { key: tag }, { signal: abort.signal, onprogress: () => abort.abort('enough') }));
  await until('the server to hear of it', async () => (await peer.text(own('cancelled'), {})).includes(tag), 5_000);
}

const asking = (tool, want) => async ({ peer, own }) => assert.equal(await peer.text(own(tool), {}, SOON), want);

async function read({ peer, own, ownUri, isOwnUri, era }) {
  const { content: [link] } = await peer.call(own('link'), {});
  assert.equal(link.type, 'resource_link');
  assert.equal(link.uri, ownUri('fixture://text'));
  assert.equal((await peer.read(link.uri)).contents[0].text, 'The text of the fixture', 'a link can be read');
  const listed = (await peer.resources()).find(({ uri }) => isOwnUri(uri) && uri.endsWith('fixture://bulk/07'));
  assert.deepEqual((await peer.read(listed.uri)).contents, [{ uri: listed.uri, mimeType: 'text/plain', text: 'Bulk 07' }]);
  const nothing = ownUri('fixture://nothing');
  await assert.rejects(peer.read(nothing), (error) => {
    assert.equal(error.code, era === 'modern' ? -32602 : -32002, 'the code of its era');
    assert.equal(error.data.uri, nothing);
    return true;
  });
}

async function templates({ peer, ownUri }) {
  const uri = ownUri('fixture://item/7');
  assert.deepEqual((await peer.read(uri)).contents, [{ uri, mimeType: 'text/plain', text: 'Item 7' }]);
}

async function subscribe({ peer, own, ownUri }) {
  peer.updates.length = 0;
  const [watched, other] = ['fixture://bulk/03', 'fixture://bulk/04'];
  const stop = await peer.subscribe(ownUri(watched));
  for (const uri of [other, watched]) assert.equal(await peer.text(own('touch'), { uri }, SOON), `touched ${uri}`);
  await until('the announcement', () => peer.updates.length > 0, 4_000);
  assert.deepEqual([...new Set(peer.updates)], [ownUri(watched)]);
  await stop();
}

async function prompts({ peer, own }) {
  const { messages } = await peer.prompt(own('greet'), { color: 'green' });
  assert.deepEqual(messages, [{ role: 'user', content: { type: 'text', text: 'Say hello in green' } }]);
  await assert.rejects(peer.prompt(own('nothing'), {}), { code: -32602 });
}

async function completion({ peer, own, ownUri }) {
  const want = COLORS.filter((color) => color.startsWith('b'));
  const ofPrompt = await peer.complete({ type: 'ref/prompt', name: own('greet') }, 'color', 'b');
  const ofTemplate = await peer.complete({ type: 'ref/resource', uri: ownUri('fixture://item/{id}') }, 'id', 'b');
  for (const { completion: found } of [ofPrompt, ofTemplate]) assert.deepEqual(found, { values: want, total: want.length, hasMore: false });
}

async function listChanged({ peer, own, tag }) {
  const name = `grown_${tag}`;
  const watch = await peer.watchTools();
  assert.equal(await peer.text(own('grow'), { name }), `grew ${name}`);
  await until('the announcement', () => watch.count > 0, 4_000);
  assert.ok((await peer.tools()).some((tool) => tool.name === own(name)), 'the new tool is listed when the change is announced');
  assert.equal(await peer.text(own(name), {}), `I am ${name}`);
  await watch.stop();
}

async function bigResult({ peer, own }) {
  assert.ok(await peer.text(own('bulk'), { bytes: BIG }) === bulkText(BIG), 'every byte arrives');
}

async function binary({ peer, own, ownUri }) {
  assert.deepEqual((await peer.call(own('picture'), {})).content, [{ type: 'image', data: PNG, mimeType: 'image/png' }]);
  const uri = ownUri('fixture://pixel');
  assert.deepEqual((await peer.read(uri)).contents, [{ uri, mimeType: 'image/png', blob: PNG }]);
}

async function structured({ peer, own }) {
  const result = await peer.call(own('add'), { a: 2, b: 0.5 });
  assert.deepEqual(result.structuredContent, { sum: 2.5 });
  assert.deepEqual(result.content, [{ type: 'text', text: '2.5' }]);
}

async function toolError({ peer, own }) {
  const result = await peer.call(own('fail'), {});
  assert.equal(result.isError, true);
  assert.deepEqual(result.content, [{ type: 'text', text: 'it did not work' }]);
}

async function protocolError({ peer, own }) {
  await assert.rejects(peer.call(own('explode'), {}), (error) => {
    assert.equal(error.code, 1234);
    assert.match(error.message, /the tool exploded/);
    assert.deepEqual(error.data, { fuse: 'short' });
    return true;
  });
  await assert.rejects(peer.call(own('nothing'), {}), { code: -32602 });
}

async function resume({ peer, own }) {
  const before = peer.resumed;
  const seen = [];
  peer.cut = '"notifications/progress"';
  const options = { ...SOON, onprogress: ({ progress: value }) => seen.push(value) };
  try {
    assert.equal(await peer.text(own('count'), { steps: 30 }, options), 'counted to 30');
  } finally {
    peer.cut = undefined;         // If no stream came to be cut, those of the next cells are not meant.
  }
  assert.ok(peer.resumed > before, 'the stream was taken up again');
  assert.ok(seen.length >= 2 && seen.every((value, n) => n === 0 || value > seen[n - 1]), `each progress once: ${seen}`);
}

async function tasks({ peer, own }) {
  assert.deepEqual((await peer.task(own('job'), { ms: 50 })).content, [{ type: 'text', text: 'worked 50 ms' }]);
}

export const features = {
  'list': list,
  'pagination': pagination,
  'call': call,
  'structured content': structured,
  'binary content': binary,
  '5 MB result': bigResult,
  'tool error': toolError,
  'protocol error': protocolError,
  'progress': progress,
  'logging': logging,
  'cancellation': cancellation,
  'elicitation, form': asking('ask', 'accept: red'),
  'elicitation, URL': asking('login', 'login: accept'),
  'sampling': asking('sample', 'the model said Say yes'),
  'roots': asking('roots', 'file:///srv/project'),
  'resources': read,
  'resource templates': templates,
  'subscription': subscribe,
  'prompts': prompts,
  'completion': completion,
  'list changed': listChanged,
  'resuming a cut stream': resume,
  'tasks': tasks
};
