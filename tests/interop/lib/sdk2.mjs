// The official TypeScript SDK 2.x, client side: protocol revision 2026-07-28, stateless.
export { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
export { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
