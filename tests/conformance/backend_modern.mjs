// A server of revision 2026-07-28 (SDK 2.x, stateless) that passes the official conformance scenarios of that revision,
// and offers what those of the revisions before want.
// Usage: node backend_modern.mjs [PORT]; prints its URL on the first line of stdout.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostStateless } from '../interop/fixtures/http_stateless.mjs';
import * as sdk from '../interop/lib/sdk2_server.mjs';
import {
  askingTools, complete, listed, NO_ARGUMENTS, read, reply, resources, resourceTemplates, sharedPrompts, sharedTools, text, tool
} from './features.mjs';

const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
const states = sdk.createRequestStateCodec({ key: randomBytes(32) });

const form = (property, type = 'string') =>
  ({ type: 'object', properties: { [property]: { type } }, required: [property] });
const ask = (message, requestedSchema) => ({ method: 'elicitation/create', params: { mode: 'form', message, requestedSchema } });
const sample = (prompt, maxTokens) => ({
  method: 'sampling/createMessage',
  params: { messages: [{ role: 'user', content: text(prompt) }], maxTokens }
});
const ROOTS = { method: 'roots/list', params: {} };

/// Asks the client back: the result of a call that needs `inputRequests` first. `state` comes back signed.
async function needs(inputRequests, state) {
  const requestState = state === undefined ? {} : { requestState: await states.mint(state) };
  return { resultType: 'input_required', inputRequests, ...requestState };
}

/// Thrown by a question that has no answer yet: ends the call with `result`.
class Unanswered extends Error {
  constructor(method, params) {
    super('a question without an answer');
    this.result = { resultType: 'input_required', inputRequests: { answer: { method, params } } };
  }
}

const unanswered = (method, params) => { throw new Unanswered(method, params); };

/// Runs a tool that asks with io.ask and io.sample.
const asking = (run) => async (args, io) => {
  try {
    return await run(args, io);
  } catch (error) {
    if (error instanceof Unanswered) return error.result;
    throw error;
  }
};

/// An answer of the right shape under `key`, or undefined: then the question is asked again.
function accepted(io, key) {
  const answer = io.answers?.[key];
  return answer?.action === 'accept' && typeof answer.content === 'object' ? answer.content : undefined;
}

const inputTools = [
  tool('test_input_required_result_elicitation', 'Needs the name of the user', (_, io) => {
    const answer = accepted(io, 'user_name');
    return answer ? reply(text(`Hello, ${answer.name}!`)) : needs({ user_name: ask('What is your name?', form('name')) });
  }),
  tool('test_input_required_result_sampling', 'Needs a sentence from the model of the client', (_, io) => {
    const answer = io.answers?.capital_question;
    return answer ? reply(text(answer.content.text)) : needs({ capital_question: sample('What is the capital of France?', 100) });
  }),
  tool('test_input_required_result_list_roots', 'Needs the roots of the client', (_, io) => {
    const answer = io.answers?.client_roots;
    return answer ? reply(text(answer.roots.map((root) => root.uri).join(' '))) : needs({ client_roots: ROOTS });
  }),
  tool('test_input_required_result_request_state', 'Checks that its state comes back', (_, io) =>
    io.state === 'asked' && accepted(io, 'confirm')
      ? reply(text('state-ok'))
      : needs({ confirm: ask('Please confirm', form('ok', 'boolean')) }, 'asked')),
  tool('test_input_required_result_multiple_inputs', 'Needs three kinds of input at once', (_, io) => {
    const keys = { user_name: ask('What is your name?', form('name')), greeting: sample('Generate a greeting', 50), client_roots: ROOTS };
    const missing = Object.entries(keys).filter(([key]) => !io.answers?.[key]);
    return missing.length ? needs(Object.fromEntries(missing), 'asked') : reply(text(`Hello, ${io.answers.user_name.content.name}!`));
  }),
  tool('test_input_required_result_multi_round', 'Asks twice, one question after the other', (_, io) => {
    if (io.state === 'color' && accepted(io, 'step2')) return reply(text(`You like ${accepted(io, 'step2').color}`));
    if (io.state === 'name' && accepted(io, 'step1')) {
      return needs({ step2: ask('Step 2: What is your favorite color?', form('color')) }, 'color');
    }
    return needs({ step1: ask('Step 1: What is your name?', form('name')) }, 'name');
  }),
  tool('test_input_required_result_tampered_state', 'Refuses a state that it did not sign', (_, io) =>
    io.state === 'signed'
      ? reply(text('The state is genuine'))
      : needs({ confirm: ask('Please confirm', form('ok', 'boolean')) }, 'signed')),
  tool('test_input_required_result_capabilities', 'Asks only for what the client can do', (_, io) => {
    const wanted = {
      ...(io.capabilities.elicitation && { name: ask('What is your name?', form('name')) }),
      ...(io.capabilities.sampling && { greeting: sample('Generate a greeting', 50) })
    };
    return io.answers ? reply(text('Answered')) : needs(wanted);
  })
];

const tools = [
  ...sharedTools,
  ...inputTools,
  ...askingTools.map((entry) => ({ ...entry, run: asking(entry.run) })),
  tool('test_reconnection', 'Takes a while', async (_, io) => {
    await io.sleep(20);
    return reply(text('The result came after a while'));
  }),
  // The SDK itself refuses the question with -32021 when the client did not declare that it can sample.
  tool('test_missing_capability', 'Works only for clients that can sample', (_, io) =>
    io.answers?.greeting ? reply(text('The client can sample')) : needs({ greeting: sample('Generate a greeting', 50) })),
  tool('test_streaming_elicitation', 'Reports progress, then needs an answer', async (_, io) => {
    await io.progress(1, 2);
    const answer = accepted(io, 'user_name');
    return answer ? reply(text(`Hello, ${answer.name}!`)) : needs({ user_name: ask('What is your name?', form('name')) });
  }),
  tool('test_logging_tool', 'Logs one message to clients that asked for logs', async (_, io) => {
    await io.log('info', 'The tool runs');
    return reply(text('Logged'));
  }),
  tool('test_trigger_tool_change', 'Announces a change of the list of tools', () => {
    handler.notify.toolsChanged();
    return reply(text('Announced'));
  }),
  tool('test_trigger_prompt_change', 'Announces a change of the list of prompts', () => {
    handler.notify.promptsChanged();
    return reply(text('Announced'));
  }),
  tool('test_x_mcp_header', 'Wants one argument repeated in a header', ({ region }) => reply(text(`Region ${region}`)), {
    type: 'object',
    properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, count: { type: 'integer' } },
    required: ['region']
  })
];

const prompts = [
  ...sharedPrompts,
  { name: 'test_input_required_result_prompt', description: 'A prompt that needs input first',
    get: (_, io) => {
      const answer = accepted(io, 'user_context');
      return answer
        ? [{ role: 'user', content: text(`Use this context: ${answer.context}`) }]
        : needs({ user_context: ask('What context should the prompt use?', form('context')) });
    } }
];

/// What a running tool or prompt knows of its caller, and its way back.
function reach({ mcpReq }) {
  const { _meta, envelope, inputResponses, requestState } = mcpReq;
  const notify = (method, params) => mcpReq.notify({ method, params });
  return {
    sleep,
    capabilities: envelope?.[CAPABILITIES] ?? {},
    ask: async (params) => inputResponses?.answer ?? unanswered('elicitation/create', { mode: 'form', ...params }),
    sample: async (params) => inputResponses?.answer ?? unanswered('sampling/createMessage', params),
    answers: inputResponses,
    state: requestState(),
    progress: async (progress, total) => {
      const progressToken = _meta?.progressToken;
      if (progressToken !== undefined) await notify('notifications/progress', { progressToken, progress, total });
    },
    log: async (level, data) => {
      if (envelope?.[LOG_LEVEL]) await notify('notifications/message', { level, data });
    }
  };
}

function makeServer() {
  const mcp = new sdk.McpServer({ name: 'conformance-backend-modern', version: '1.0.0' }, {
    capabilities: {
      tools: { listChanged: true }, prompts: { listChanged: true }, resources: { subscribe: true }, completions: {}, logging: {}
    },
    requestState: { verify: states.verify }
  });
  for (const { name, description, inputSchema, run } of tools) {
    if (inputSchema === NO_ARGUMENTS) mcp.registerTool(name, { description }, (ctx) => run({}, reach(ctx)));
    else mcp.registerTool(name, { description, inputSchema: sdk.fromJsonSchema(inputSchema) }, (args, ctx) => run(args, reach(ctx)));
  }
  const { server } = mcp;
  server.setRequestHandler('resources/list', () => ({ resources }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) => {
    const contents = read(uri);
    if (!contents) throw new sdk.ProtocolError(-32602, 'Resource not found', { uri });
    return { contents };
  });
  server.setRequestHandler('prompts/list', () => ({ prompts: prompts.map(listed) }));
  server.setRequestHandler('prompts/get', async ({ params }, ctx) => {
    const prompt = prompts.find((entry) => entry.name === params.name);
    if (!prompt) throw new sdk.ProtocolError(-32602, `Unknown prompt ${params.name}`);
    const answer = await prompt.get(params.arguments ?? {}, reach(ctx));
    return Array.isArray(answer) ? { messages: answer } : answer;
  });
  server.setRequestHandler('completion/complete', ({ params }) => complete(params));
  return mcp;
}

const handler = sdk.createMcpHandler(makeServer, { legacy: 'reject' });
const host = await hostStateless(handler, { port: Number(process.argv[2] ?? 0) });
console.log(host.url);
