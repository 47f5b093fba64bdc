// A gateway that asks everybody who he is: authorization servers that it trusts, servers that write down what reaches them, and a
// public address in front.
import { AuthorizationServer } from '../fixtures/authorization_server.mjs';
import { Front } from './front.mjs';
import { Gateway } from './gateway.mjs';
import { Recorded } from './recording.mjs';

/// The entry of `auth.issuers` for a server.
export const trust = (server, more = {}) => ({ issuer: server.issuer, roles: ['roles'], clock_skew: '0', ...more });

/// Reading needs one scope, writing another one, which a person can get. `hold` and `talk` are for analysts.
export const POLICY = {
  default: 'deny',
  rules: [
    { id: 'read', what: { tools: ['echo'] }, needs: { scopes: ['mcp.read'] } },
    { id: 'write', what: { tools: ['count'] }, needs: { scopes: ['mcp.write'] } },
    { id: 'analysts', who: { roles: ['analyst'] }, what: { tools: ['hold', 'talk'] } },
    { id: 'others', what: { methods: ['resources/*', 'prompts/*', 'subscriptions/listen', 'logging/setLevel'] } }
  ]
};

export class Guarded {
  /// settings: {issuers: {id: options of the server}, trusts: {id: more of the entry}, config}.
  static async open({ issuers = { corp: {} }, trusts = {}, config = {}, env } = {}) {
    const place = new Guarded();
    place.front = await Front.open();
    place.servers = new Recorded();
    await Promise.all([['pipe', 'legacy', 'stdio'], ['sessions', 'legacy', 'http'], ['web', 'modern', 'http']].map((server) => place.servers.add(...server)));
    place.issuers = {};
    for (const [id, options] of Object.entries(issuers)) place.issuers[id] = await AuthorizationServer.start(options);
    place.settings = {
      public_url: place.front.base, servers: place.servers.targets, endpoints: [{ path: '/mcp', scopes: ['mcp.read'] }], policy: { default: 'allow' }, ...config,
      auth: { issuers: Object.entries(place.issuers).map(([id, server]) => trust(server, { id, ...trusts[id] })), ...config.auth }
    };
    try {
      place.gateway = await Gateway.serve(place.settings, { env });
    } catch (error) {
      await place.close();
      throw error;
    }
    place.front.target = place.gateway.base;
    return place;
  }

  get url() { return this.at('/mcp'); }
  at(path) { return this.front.base + path; }
  get sse() { return { url: this.at('/mcp/sse'), transport: 'sse' }; }
  /// The identifier that tokens for the endpoint name.
  get resource() { return this.url; }

  /// One more gateway with the same configuration.
  again() { return Gateway.serve(this.settings); }

  async close() {
    try {
      await this.gateway?.stop();
    } finally {
      this.front.stop();
      this.servers.stop();
      for (const server of Object.values(this.issuers)) await server.stop();
    }
  }
}
