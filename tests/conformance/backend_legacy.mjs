// A server of revisions 2025-06-18 and 2025-11-25 (SDK 1.x, sessions, resumable streams) that passes the official
// conformance scenarios of both, and offers what those of 2026-07-28 want as far as its revisions can. Usage: node backend_legacy.mjs [PORT]; prints its URL on the first line of stdout.
import { setTimeout as sleep } from 'node:timers/promises';
import { hostSessions } from '../interop/fixtures/http_sessions.mjs';
import * as sdk from '../interop/lib/sdk1_server.mjs';
import {
  askingTools, complete, listed, read, reply, resources, resourceTemplates, sharedPrompts, sharedTools, text, tool
} from './features.mjs';

const form = (properties, required = []) => ({ type: 'object', properties, required });
const property = (name, type = 'string') => form({ [name]: { type } }, [name]);
const question = (message, name, type) => ({ message, requestedSchema: property(name, type) });
const sampling = (prompt, maxTokens) => ({ messages: [{ role: 'user', content: text(prompt) }], maxTokens });
const hello = (answer) => reply(text(`Hello, ${answer.content?.name}!`));

// What the scenarios of 2026-07-28 want, as a server of the handshake era does it: questions are requests of its own.
const laterTools = [
  tool('test_input_required_result_elicitation', 'Needs the name of the user', async (_, io) =>
    hello(await io.ask(question('What is your name?', 'name')))),
  tool('test_input_required_result_sampling', 'Needs a sentence from the model of the client', async (_, io) =>
    reply(text((await io.sample(sampling('What is the capital of France?', 100))).content.text))),
  tool('test_input_required_result_list_roots', 'Needs the roots of the client', async (_, io) =>
    reply(text((await io.roots()).roots.map((root) => root.uri).join(' ')))),
  tool('test_input_required_result_request_state', 'Waits for an answer', async (_, io) => {
    await io.ask(question('Please confirm', 'ok', 'boolean'));
    return reply(text('state-ok'));
  }),
  tool('test_input_required_result_multiple_inputs', 'Needs three kinds of input at once', async (_, io) => {
    const [answer] = await Promise.all([io.ask(question('What is your name?', 'name')), io.sample(sampling('Generate a greeting', 50)), io.roots()]);
    return hello(answer);
  }),
  tool('test_input_required_result_multi_round', 'Asks twice, one question after the other', async (_, io) => {
    await io.ask(question('Step 1: What is your name?', 'name'));
    const { content } = await io.ask(question('Step 2: What is your favorite color?', 'color'));
    return reply(text(`You like ${content?.color}`));
  }),
  tool('test_input_required_result_tampered_state', 'Waits for an answer', async (_, io) => {
    await io.ask(question('Please confirm', 'ok', 'boolean'));
    return reply(text('The state is genuine'));
  }),
  tool('test_input_required_result_capabilities', 'Asks only for what the client can do', async (_, io) => {
    const { elicitation, sampling: samples } = io.capabilities;
    await Promise.all([
      elicitation && io.ask(question('What is your name?', 'name')), samples && io.sample(sampling('Generate a greeting', 50))
    ]);
    return reply(text('Answered'));
  }),
  tool('test_missing_capability', 'Works only for clients that can sample', async (_, io) => {
    await io.sample(sampling('Generate a greeting', 50));
    return reply(text('The client can sample'));
  }),
  tool('test_streaming_elicitation', 'Reports progress, then needs an answer', async (_, io) => {
    await io.progress(1, 2);
    return hello(await io.ask(question('What is your name?', 'name')));
  }),
  tool('test_logging_tool', 'Logs one message', async (_, io) => {
    await io.log('info', 'The tool runs');
    return reply(text('Logged'));
  }),
  tool('test_trigger_tool_change', 'Announces a change of the list of tools', async () => {
    await Promise.all([...servers].map((server) => server.sendToolListChanged()));
    return reply(text('Announced'));
  }),
  tool('test_trigger_prompt_change', 'Announces a change of the list of prompts', async () => {
    await Promise.all([...servers].map((server) => server.sendPromptListChanged()));
    return reply(text('Announced'));
  }),
  tool('test_x_mcp_header', 'Has an argument that later revisions repeat in a header', ({ region }) => reply(text(`Region ${region}`)), {
    type: 'object',
    properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, count: { type: 'integer' } },
    required: ['region']
  })
];

const tools = [
  ...sharedTools,
  ...askingTools,
  ...laterTools,
  tool('test_reconnection', 'Drops the response stream before the result is ready', async (_, io) => {
    await io.sleep(50);
    io.dropStream();
    await io.sleep(100);
    return reply(text('The result came after the stream was dropped'));
  })
];

const prompts = [
  ...sharedPrompts,
  { name: 'test_input_required_result_prompt', description: 'A prompt that needs input first',
    get: async (_, io) => {
      const { content } = await io.ask(question('What context should the prompt use?', 'context'));
      return [{ role: 'user', content: text(`Use this context: ${content?.context}`) }];
    } }
];
const servers = new Set();        // One per session.

function makeServer() {
  const server = new sdk.Server({ name: 'conformance-backend-legacy', version: '1.0.0' }, {
    capabilities: {
      tools: { listChanged: true }, prompts: { listChanged: true }, completions: {}, logging: {},
      resources: { subscribe: true, listChanged: true }
    }
  });
  servers.add(server);
  server.onclose = () => servers.delete(server);
  const find = (list, name) => {
    const found = list.find((entry) => entry.name === name);
    if (!found) throw new sdk.McpError(sdk.ErrorCode.InvalidParams, `Unknown name ${name}`);
    return found;
  };
  server.setRequestHandler(sdk.ListToolsRequestSchema, () => ({ tools: tools.map(listed) }));
  server.setRequestHandler(sdk.CallToolRequestSchema, ({ params }, extra) =>
    find(tools, params.name).run(params.arguments ?? {}, reach(server, params, extra)));
  server.setRequestHandler(sdk.ListResourcesRequestSchema, () => ({ resources }));
  server.setRequestHandler(sdk.ListResourceTemplatesRequestSchema, () => ({ resourceTemplates }));
  server.setRequestHandler(sdk.ReadResourceRequestSchema, ({ params: { uri } }) => {
    const contents = read(uri);
    if (!contents) throw new sdk.McpError(-32002, 'Resource not found', { uri });
    return { contents };
  });
  server.setRequestHandler(sdk.SubscribeRequestSchema, () => ({}));
  server.setRequestHandler(sdk.UnsubscribeRequestSchema, () => ({}));
  server.setRequestHandler(sdk.ListPromptsRequestSchema, () => ({ prompts: prompts.map(listed) }));
  server.setRequestHandler(sdk.GetPromptRequestSchema, async ({ params }, extra) =>
    ({ messages: await find(prompts, params.name).get(params.arguments ?? {}, reach(server, params, extra)) }));
  server.setRequestHandler(sdk.CompleteRequestSchema, ({ params }) => complete(params));
  return server;
}

/// The way from a running tool back to its client: messages ride on the stream of the call.
function reach(server, { _meta }, extra) {
  const notify = (method, params) => extra.sendNotification({ method, params });
  return {
    sleep,
    capabilities: server.getClientCapabilities() ?? {},
    progress: async (progress, total) => {
      const progressToken = _meta?.progressToken;
      if (progressToken !== undefined) await notify('notifications/progress', { progressToken, progress, total });
    },
    log: (level, data) => notify('notifications/message', { level, data }),
    sample: (params) => extra.sendRequest({ method: 'sampling/createMessage', params }, sdk.CreateMessageResultSchema),
    ask: (params) => extra.sendRequest({ method: 'elicitation/create', params }, sdk.ElicitResultSchema),
    roots: () => extra.sendRequest({ method: 'roots/list' }, sdk.ListRootsResultSchema),
    dropStream: () => extra.closeSSEStream?.()
  };
}

const host = await hostSessions(makeServer, { port: Number(process.argv[2] ?? 0), resumable: true });
console.log(host.url);
