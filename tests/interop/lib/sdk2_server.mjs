// The official TypeScript SDK 2.x, server side without the adapter to Node's HTTP.
// Re-exported from here so that test programs outside this folder find the packages installed beside it.
export {
  createMcpHandler, createRequestStateCodec, fromJsonSchema, McpServer, ProtocolError, Server
} from '@modelcontextprotocol/server';
export { serveStdio } from '@modelcontextprotocol/server/stdio';
