// Which cells of the matrix do not work. Each entry matches the cells of its `feature`, `client` and `server` (missing: all;
// a list: any of them); the first match counts.
//   impossible   the protocol leaves no way: `rule` says which rule, `why` says it in words
//   not yet      the gateway does not do it yet: `why` says what is missing. The cell fails when it starts to work: then
//                the entry goes.
const NOT_YET = 'not yet';
const IMPOSSIBLE = 'impossible';

export const limits = [
  {
    verdict: IMPOSSIBLE, feature: 'resuming a cut stream', client: 'sse', rule: '2024-11-05, basic/transports',
    why: 'HTTP+SSE has one stream without event ids: its end is the end of the session.'
  },
  {
    verdict: IMPOSSIBLE, feature: 'resuming a cut stream', client: 'stdio', rule: 'basic/transports, stdio',
    why: 'A pipe does not break off and come back: its end is the end of the session.'
  },
  {
    verdict: IMPOSSIBLE, feature: 'resuming a cut stream', client: 'modern', rule: '2026-07-28, basic/transports/streamable-http',
    why: '2026-07-28 has no event ids: closing the stream of a request cancels it.'
  },
  {
    verdict: IMPOSSIBLE, feature: 'list changed', client: ['modern', 'stdio'], server: 'old-pipe', rule: '2026-07-28, server/tools',
    why: 'A list must not vary by connection. A stateless client\'s calls have a process of their own; a tool that appears in that process alone is in no list that everybody sees.'
  },
  {
    verdict: IMPOSSIBLE, feature: 'tasks', client: 'modern', server: ['new-pipe', 'new-web', 'dual-web'], rule: 'extension io.modelcontextprotocol/tasks, "Capability Negotiation"',
    why: 'Whether a call becomes a task is the server\'s decision, and servers of SDK 2.x have no tasks: tasks.test.mjs has one that does.'
  }
];

const matches = (want, value) => want === undefined || [want].flat().includes(value);

/// What is expected of a cell: an entry of `limits`, or {verdict: 'works'}.
export function expectation(feature, client, server) {
  return limits.find((entry) => matches(entry.feature, feature) && matches(entry.client, client) && matches(entry.server, server))
    ?? { verdict: 'works' };
}
