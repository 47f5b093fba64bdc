// The client that the official suite starts for its client scenarios: an official SDK, straight to the suite's server or
// through a gateway in front of it. Usage: node client.mjs direct|through legacy|modern URL; the suite appends the URL and
// names the scenario in MCP_CONFORMANCE_SCENARIO.
import { Gateway } from '../interop/lib/gateway.mjs';
import { connect } from '../interop/lib/peers.mjs';
import { unprefixed } from './plans.mjs';

const [way, era, url] = process.argv.slice(2);
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');

/// Something of the type that a form asks for: its default where it has one.
const value = ({ default: standard, type, enum: choices }) => standard ?? choices?.[0] ?? { boolean: true, number: 1, integer: 1 }[type] ?? 'words';
const filled = (properties = {}) => Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, value(schema)]));
const answers = { elicitation: ({ requestedSchema }) => ({ action: 'accept', content: filled(requestedSchema?.properties) }) };

/// A call whose outcome the suite judges, whatever it is.
const tried = (promise) => promise.catch((error) => console.error(`${process.env.MCP_CONFORMANCE_SCENARIO}: ${error.message}`));

const listAndCall = async (peer) => {
  // By the SDK's own method: SDK 2.x leaves out tools that it must not call.
  for (const { name, inputSchema } of (await peer.client.listTools()).tools) await tried(peer.call(name, filled(inputSchema.properties)));
};

const flows = {
  'initialize': (peer) => peer.tools(),
  'request-metadata': (peer) => peer.tools(),
  'json-schema-ref-no-deref': (peer) => peer.tools(),
  'json-schema-2020-12-preservation': async (peer) => {
    const { inputSchema } = (await peer.tools()).find(({ name }) => name === 'json_schema_2020_12_tool');
    await peer.call('json_schema_echo', { schema: inputSchema });
  },
  'sep-2322-client-request-state': async (peer) => {
    await peer.tools();
    for (const name of ['test_mrtr_echo_state', 'test_mrtr_unrelated', 'test_mrtr_no_state', 'test_mrtr_no_result_type']) await tried(peer.call(name, {}));
  },
  'http-standard-headers': async (peer) => {
    await listAndCall(peer);
    for (const { uri } of await peer.resources()) await tried(peer.read(uri));
    for (const { name } of await peer.prompts()) await tried(peer.prompt(name, {}));
  },
  'http-custom-headers': async (peer) => {
    await peer.client.listTools();  // SDK 2.x learns from its own list which arguments go into headers.
    for (const call of context.toolCalls ?? []) await tried(peer.call(call.name, call.arguments));
  }
};

const gateway = way === 'through' ? await Gateway.serve(unprefixed(url)) : undefined;
try {
  const peer = await connect(era, { url: gateway?.url() ?? url }, { answers });
  await (flows[process.env.MCP_CONFORMANCE_SCENARIO] ?? listAndCall)(peer);
  await tried(peer.close());
  await gateway?.stop();
} finally {
  gateway?.kill();
}
process.exit(0);
