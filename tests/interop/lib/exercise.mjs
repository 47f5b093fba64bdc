// What a client does with the three official servers. `route` is {peer(server), tool(server, name), uri(server, uri)};
// `directory` is where the filesystem server may write. File and entity names come from `tag`, so that several clients can
// share the servers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export function exercises(route, directory, tag) {
  const at = (server) => route().peer(server);
  const call = (server, name, args, options) => at(server).call(route().tool(server, name), args, options);
  const text = (server, name, args, options) => at(server).text(route().tool(server, name), args, options);

  return {
    'lists the tools of all three': async () => {
      for (const [server, name] of [['everything', 'echo'], ['filesystem', 'read_text_file'], ['memory', 'create_entities']]) {
        const found = (await at(server).tools()).filter((tool) => tool.name === route().tool(server, name));
        assert.equal(found.length, 1, `${server}: ${name}`);
        assert.equal(found[0].inputSchema.type, 'object');
      }
    },
    'echoes and adds': async () => {
      assert.equal(await text('everything', 'echo', { message: `hello ${tag}` }), `Echo: hello ${tag}`);
      assert.match(await text('everything', 'get-sum', { a: 19, b: 23 }), /\b42\b/);
    },
    'sees the progress of a long call': async () => {
      const seen = [];
      const done = await text('everything', 'trigger-long-running-operation', { duration: 1, steps: 4 },
        { onprogress: ({ progress, total }) => seen.push(`${progress}/${total}`) });
      assert.match(done, /completed.*Steps: 4/);
      assert.ok(seen.length >= 3 && seen.includes('1/4'), `progress was ${seen}`);
    },
    'gets structured content': async () => {
      const { structuredContent, content } = await call('everything', 'get-structured-content', { location: 'New York' });
      assert.equal(typeof structuredContent.temperature, 'number');
      assert.deepEqual(JSON.parse(content[0].text), structuredContent);
    },
    'gets an image': async () => {
      const image = (await call('everything', 'get-tiny-image', {})).content.find(({ type }) => type === 'image');
      assert.equal(image.mimeType, 'image/png');
      assert.equal(Buffer.from(image.data, 'base64').subarray(1, 4).toString(), 'PNG');
    },
    'gets prompts': async () => {
      const name = route().tool('everything', 'args-prompt');
      assert.ok((await at('everything').prompts()).some((prompt) => prompt.name === name));
      const { messages } = await at('everything').prompt(name, { city: 'Ulm', state: 'BW' });
      assert.match(messages[0].content.text, /Ulm/);
    },
    'completes an argument': async () => {
      const ref = { type: 'ref/prompt', name: route().tool('everything', 'completable-prompt') };
      const { completion } = await at('everything').complete(ref, 'department', 'E');
      assert.deepEqual(completion.values, ['Engineering']);
    },
    'reads the resources it lists': async () => {
      for (const [server, uri] of [['everything', 'demo://resource/static/document/features.md'], ['memory', 'memory://knowledge-graph']]) {
        const listed = (await at(server).resources()).find((resource) => resource.uri === route().uri(server, uri));
        assert.ok(listed, `${server} lists ${uri}`);
        const { contents: [content] } = await at(server).read(listed.uri);
        assert.equal(content.uri, listed.uri);
        assert.ok(content.text.length > 0);
      }
    },
    'reads through a template, and the links of a result': async () => {
      const template = route().uri('everything', 'demo://resource/dynamic/text/{resourceId}');
      assert.ok((await at('everything').resourceTemplates()).some(({ uriTemplate }) => uriTemplate === template));
      assert.match((await at('everything').read(template.replace('{resourceId}', '7'))).contents[0].text, /Resource 7/);
      const { content } = await call('everything', 'get-resource-links', { count: 2 });
      const link = content.filter(({ type }) => type === 'resource_link').find(({ uri }) => uri.endsWith('text/2'));
      assert.match((await at('everything').read(link.uri)).contents[0].text, /Resource 2/);
    },
    'writes a file and reads it': async () => {
      const path = join(directory(), `${tag}.txt`);
      const body = `written by ${tag}\nüber "zwei" Zeilen\n`;
      await text('filesystem', 'write_file', { path, content: body });
      assert.equal(readFileSync(path, 'utf8'), body);
      assert.equal(await text('filesystem', 'read_text_file', { path }), body);
      const denied = await call('filesystem', 'read_text_file', { path: '/etc/hostname' });
      assert.equal(denied.isError, true);
      assert.match(denied.content[0].text, /denied/i);
    },
    'creates an entity and reads it': async () => {
      const entity = { name: tag, entityType: 'client', observations: ['speaks MCP'] };
      await call('memory', 'create_entities', { entities: [entity] });
      const { structuredContent } = await call('memory', 'open_nodes', { names: [tag] });
      assert.deepEqual(structuredContent.entities, [entity]);
    },
    'gets answers to many calls at a time': async () => {
      const messages = Array.from({ length: 40 }, (_, n) => `${tag} ${n}`);
      const answers = await Promise.all(messages.map(async (message, n) => {
        await sleep(n % 4);
        return text('everything', 'echo', { message });
      }));
      assert.deepEqual(answers, messages.map((message) => `Echo: ${message}`));
    }
  };
}
