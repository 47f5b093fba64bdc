// A server of revisions 2025-06-18 and 2025-11-25 (SDK 1.x, sessions, resumable streams) that passes the official
// conformance scenarios of both. Usage: node backend_legacy.mjs [PORT]; prints its URL on the first line of stdout.
import { setTimeout as sleep } from 'node:timers/promises';
import { hostSessions } from '../interop/fixtures/http_sessions.mjs';
import * as sdk from '../interop/lib/sdk1_server.mjs';
import {
  complete, listed, read, reply, resources, resourceTemplates, sharedPrompts, sharedTools, text, tool
} from './features.mjs';

const named = (...names) => names.map(([constant, title]) => ({ const: constant, title }));
const form = (properties, required = []) => ({ type: 'object', properties, required });
const report = (answer) => reply(text(`Elicitation completed: action=${answer.action}, content=${JSON.stringify(answer.content)}`));
const OPTIONS = ['option1', 'option2', 'option3'];

const tools = [
  ...sharedTools,
  tool('test_tool_with_logging', 'Logs three messages while it works', async (_, io) => {
    for (const step of ['started', 'working', 'done']) {
      await io.log('info', `Tool execution ${step}`);
      await io.sleep(20);
    }
    return reply(text('Logged three messages'));
  }),
  tool('test_sampling', 'Asks the client for a completion by its model', async ({ prompt }, io) => {
    const answer = await io.sample({ messages: [{ role: 'user', content: text(prompt) }], maxTokens: 100 });
    return reply(text(`LLM response: ${answer.content.text}`));
  }, form({ prompt: { type: 'string' } }, ['prompt'])),
  tool('test_elicitation', 'Asks the user for name and address', async ({ message }, io) => {
    const answer = await io.ask({
      message,
      requestedSchema: form({
        username: { type: 'string', description: "User's response" },
        email: { type: 'string', description: "User's email address" }
      }, ['username', 'email'])
    });
    return reply(text(`User response: ${JSON.stringify(answer)}`));
  }, form({ message: { type: 'string' } }, ['message'])),
  tool('test_elicitation_sep1034_defaults', 'Asks with a default for every primitive type', async (_, io) =>
    report(await io.ask({
      message: 'Please review the defaults',
      requestedSchema: form({
        name: { type: 'string', default: 'John Doe' },
        age: { type: 'integer', default: 30 },
        score: { type: 'number', default: 95.5 },
        status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
        verified: { type: 'boolean', default: true }
      })
    }))),
  tool('test_elicitation_sep1330_enums', 'Asks with every kind of choice', async (_, io) =>
    report(await io.ask({
      message: 'Please choose',
      requestedSchema: form({
        untitledSingle: { type: 'string', enum: OPTIONS },
        titledSingle: { type: 'string', oneOf: named(['value1', 'First Option'], ['value2', 'Second Option'], ['value3', 'Third Option']) },
        legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option One', 'Option Two', 'Option Three'] },
        untitledMulti: { type: 'array', items: { type: 'string', enum: OPTIONS } },
        titledMulti: {
          type: 'array', items: { anyOf: named(['value1', 'First Choice'], ['value2', 'Second Choice'], ['value3', 'Third Choice']) }
        }
      })
    }))),
  tool('test_reconnection', 'Drops the response stream before the result is ready', async (_, io) => {
    await io.sleep(50);
    io.dropStream();
    await io.sleep(100);
    return reply(text('The result came after the stream was dropped'));
  })
];

function makeServer() {
  const server = new sdk.Server({ name: 'conformance-backend-legacy', version: '1.0.0' }, {
    capabilities: {
      tools: { listChanged: true }, prompts: { listChanged: true }, completions: {}, logging: {},
      resources: { subscribe: true, listChanged: true }
    }
  });
  const find = (list, name) => {
    const found = list.find((entry) => entry.name === name);
    if (!found) throw new sdk.McpError(sdk.ErrorCode.InvalidParams, `Unknown name ${name}`);
    return found;
  };
  server.setRequestHandler(sdk.ListToolsRequestSchema, () => ({ tools: tools.map(listed) }));
  server.setRequestHandler(sdk.CallToolRequestSchema, ({ params }, extra) =>
    find(tools, params.name).run(params.arguments ?? {}, reach(params, extra)));
  server.setRequestHandler(sdk.ListResourcesRequestSchema, () => ({ resources }));
  server.setRequestHandler(sdk.ListResourceTemplatesRequestSchema, () => ({ resourceTemplates }));
  server.setRequestHandler(sdk.ReadResourceRequestSchema, ({ params: { uri } }) => {
    const contents = read(uri);
    if (!contents) throw new sdk.McpError(-32002, 'Resource not found', { uri });
    return { contents };
  });
  server.setRequestHandler(sdk.SubscribeRequestSchema, () => ({}));
  server.setRequestHandler(sdk.UnsubscribeRequestSchema, () => ({}));
  server.setRequestHandler(sdk.ListPromptsRequestSchema, () => ({ prompts: sharedPrompts.map(listed) }));
  server.setRequestHandler(sdk.GetPromptRequestSchema, ({ params }) =>
    ({ messages: find(sharedPrompts, params.name).get(params.arguments ?? {}) }));
  server.setRequestHandler(sdk.CompleteRequestSchema, ({ params }) => complete(params));
  return server;
}

/// The way from a running tool back to its client: messages ride on the stream of the call.
function reach({ _meta }, extra) {
  const notify = (method, params) => extra.sendNotification({ method, params });
  return {
    sleep,
    progress: async (progress, total) => {
      const progressToken = _meta?.progressToken;
      if (progressToken !== undefined) await notify('notifications/progress', { progressToken, progress, total });
    },
    log: (level, data) => notify('notifications/message', { level, data }),
    sample: (params) => extra.sendRequest({ method: 'sampling/createMessage', params }, sdk.CreateMessageResultSchema),
    ask: (params) => extra.sendRequest({ method: 'elicitation/create', params }, sdk.ElicitResultSchema),
    dropStream: () => extra.closeSSEStream?.()
  };
}

const host = await hostSessions(makeServer, { port: Number(process.argv[2] ?? 0), resumable: true });
console.log(host.url);
