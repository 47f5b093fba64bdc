// What the official conformance scenarios ask of a server, whatever its era: tools, resources, prompts, completion.
// Names and texts are fixed by the scenarios. A tool is {name, description, inputSchema, run(args, io)}, where `io` is
// the era's way to reach the client: progress(done, total), log(level, data), sleep(ms), ask(params), sample(params).

/// 1x1 red pixel, and a WAV file of one silent sample.
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
export const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQIAAAAAAA==';

export const text = (value) => ({ type: 'text', text: value });
export const reply = (...content) => ({ content });
const image = { type: 'image', data: PNG, mimeType: 'image/png' };
const embedded = (uri, value) => ({ type: 'resource', resource: { uri, mimeType: 'text/plain', text: value } });
export const NO_ARGUMENTS = { type: 'object', properties: {} };

export function tool(name, description, run, inputSchema = NO_ARGUMENTS) {
  return { name, description, inputSchema, run };
}

export const sharedTools = [
  tool('test_simple_text', 'Returns one line of text', () => reply(text('This is a simple text response for testing.'))),
  tool('test_image_content', 'Returns an image', () => reply(image)),
  tool('test_audio_content', 'Returns audio', () => reply({ type: 'audio', data: WAV, mimeType: 'audio/wav' })),
  tool('test_embedded_resource', 'Returns a resource inside the result', () =>
    reply(embedded('test://embedded-resource', 'This is an embedded resource content.'))),
  tool('test_multiple_content_types', 'Returns text, an image and a resource', () =>
    reply(text('Multiple content types test:'), image, {
      type: 'resource',
      resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"test":"data","value":123}' }
    })),
  tool('test_error_handling', 'Always fails', () =>
    ({ ...reply(text('This tool intentionally returns an error for testing')), isError: true })),
  tool('test_tool_with_progress', 'Reports progress at 0, 50 and 100', async (_, io) => {
    for (const done of [0, 50, 100]) {
      await io.progress(done, 100);
      await io.sleep(50);
    }
    return reply(text('Finished after three progress reports'));
  }),
  tool('json_schema_2020_12_tool', 'Has an input schema with the 2020-12 vocabulary', (args) =>
    reply(text(`Called with ${JSON.stringify(args)}`)), {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: {
      address: {
        $anchor: 'addressDef',
        type: 'object',
        properties: { street: { type: 'string' }, city: { type: 'string' } }
      }
    },
    properties: {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' }
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false
  })
];

const form = (properties, required = []) => ({ type: 'object', properties, required });
const named = (...names) => names.map(([constant, title]) => ({ const: constant, title }));
const report = (answer) => reply(text(`Elicitation completed: action=${answer.action}, content=${JSON.stringify(answer.content)}`));
const OPTIONS = ['option1', 'option2', 'option3'];

/// Tools of the scenarios up to 2025-11-25 that reach the client while they run.
export const askingTools = [
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
    })))
];

export const resources = [
  { uri: 'test://static-text', name: 'static-text', description: 'A text that never changes', mimeType: 'text/plain' },
  { uri: 'test://static-binary', name: 'static-binary', description: 'An image that never changes', mimeType: 'image/png' },
  { uri: 'test://watched-resource', name: 'watched-resource', description: 'A text to subscribe to', mimeType: 'text/plain' }
];

export const resourceTemplates = [
  { uriTemplate: 'test://template/{id}/data', name: 'template', description: 'Data by id', mimeType: 'application/json' }
];

/// The contents of `uri`, or undefined when there is no such resource.
export function read(uri) {
  const [, id] = /^test:\/\/template\/([^/]+)\/data$/.exec(uri) ?? [];
  if (id) return [{ uri, mimeType: 'application/json', text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) }];
  switch (uri) {
    case 'test://static-text': return [{ uri, mimeType: 'text/plain', text: 'This is the content of the static text resource.' }];
    case 'test://static-binary': return [{ uri, mimeType: 'image/png', blob: PNG }];
    case 'test://watched-resource': return [{ uri, mimeType: 'text/plain', text: 'Watched resource content' }];
    default: return undefined;
  }
}

const says = (content) => ({ role: 'user', content });
const argument = (name, description) => ({ name, description, required: true });

export const sharedPrompts = [
  { name: 'test_simple_prompt', description: 'A prompt without arguments',
    get: () => [says(text('This is a simple prompt for testing.'))] },
  { name: 'test_prompt_with_arguments', description: 'A prompt that repeats its arguments',
    arguments: [argument('arg1', 'First test argument'), argument('arg2', 'Second test argument')],
    get: ({ arg1, arg2 }) => [says(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))] },
  { name: 'test_prompt_with_embedded_resource', description: 'A prompt with a resource inside',
    arguments: [argument('resourceUri', 'URI of the resource to embed')],
    get: ({ resourceUri }) => [
      says(embedded(resourceUri, 'Embedded resource content for testing.')),
      says(text('Please process the embedded resource above.'))
    ] },
  { name: 'test_prompt_with_image', description: 'A prompt with an image inside',
    get: () => [says(image), says(text('Please analyze the image above.'))] }
];

export function complete({ argument: { value } }) {
  const values = ['paris', 'park', 'party', 'test'].filter((word) => word.startsWith(value));
  return { completion: { values, total: values.length, hasMore: false } };
}

/// The listed form of a tool or prompt: without what runs it.
export const listed = ({ run: _, get: __, ...entry }) => entry;
