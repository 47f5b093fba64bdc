// The official TypeScript SDK 1.x, server side without HTTP: fixtures start in a fraction of a second.
// Re-exported from here so that test programs outside this folder find the packages installed beside it.
export { Server } from '@modelcontextprotocol/sdk/server/index.js';
export { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
export { InMemoryTaskStore } from '@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js';
export * from '@modelcontextprotocol/sdk/types.js';
