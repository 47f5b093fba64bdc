// People who log in: an OAuthClientProvider for the official clients of both eras whose browser is a script, and peers that
// connect with it.
import * as sdk1 from './sdk1.mjs';
import * as sdk2 from './sdk2.mjs';
import { Browser } from './browser.mjs';
import { MODERN } from './wire.mjs';

const CALLBACK = 'http://127.0.0.1:9/callback';   // Never opened: the browser stops there.
const INFO = { name: 'login-test', version: '1.0.0' };

/// What an application keeps of one user at one server. Both SDKs use the same face.
export class Person {
  /// Scopes of each authorization request, and of each registration; how often a token was refreshed.
  asked = [];
  registered = 0;
  refreshed = 0;

  /// refresh: whether the client wants refresh tokens. SDK 1.x refreshes before it would ask for more scopes, and gives up.
  constructor(username, { refresh = true } = {}) {
    this.browser = new Browser({ username });
    this.refresh = refresh;
  }

  get redirectUrl() { return CALLBACK; }
  get clientMetadata() {
    return {
      client_name: 'Interop <test>', redirect_uris: [CALLBACK], response_types: ['code'], token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', ...this.refresh ? ['refresh_token'] : []]
    };
  }
  clientInformation() { return this.client; }
  saveClientInformation(client) { ++this.registered; this.client = client; }
  tokens() { return this.kept; }
  saveTokens(tokens) {
    if (this.kept?.refresh_token && !this.callback) ++this.refreshed;
    this.kept = tokens;
  }
  saveCodeVerifier(verifier) { this.verifier = verifier; }
  codeVerifier() { return this.verifier; }
  saveDiscoveryState(state) { this.discovery = state; }
  discoveryState() { return this.discovery; }
  invalidateCredentials(scope) {
    if (scope === 'all' || scope === 'tokens') this.kept = undefined;
    if (scope === 'all' || scope === 'client') this.client = undefined;
    if (scope === 'all' || scope === 'discovery') this.discovery = undefined;
  }

  async redirectToAuthorization(url) {
    this.authorization = url.searchParams;
    this.asked.push(url.searchParams.get('scope'));
    this.callback = (await this.browser.follow(url, CALLBACK)).searchParams;
  }

  /// Hands the code over to the transport that asked for it.
  async finish(transport, era) {
    const callback = this.callback;
    await transport.finishAuth(era === 'modern' ? callback : callback.get('code'));
    this.callback = undefined;
  }
}

const transportOf = (era, { url, transport }, person) => {
  if (transport === 'sse') return new sdk1.SSEClientTransport(new URL(url), { authProvider: person });
  const { StreamableHTTPClientTransport } = era === 'modern' ? sdk2 : sdk1;
  return new StreamableHTTPClientTransport(new URL(url), { authProvider: person });
};

/// An official client that logs in when it is asked to: {client, transport, call(name, args)}.
export class LoggedIn {
  static async connect(era, target, person) {
    const peer = Object.assign(new LoggedIn(), { era, target, person });
    await peer.#connect();
    return peer;
  }

  async #connect() {
    try {
      await this.#open();
    } catch (error) {
      if (!this.person.callback) throw error;
      await this.person.finish(this.transport, this.era);
      await this.client.close();
      await this.#open();
    }
  }

  async #open() {
    this.transport = transportOf(this.era, this.target, this.person);
    this.client = this.era === 'modern'
      ? new sdk2.Client(INFO, { versionNegotiation: { mode: { pin: MODERN } } })
      : new sdk1.Client(INFO, { capabilities: {} });
    await this.client.connect(this.transport);
  }

  async tools() { return (await this.client.listTools()).tools.map(({ name }) => name); }

  /// The text of the result. A client that has to log in again does so once.
  async call(name, args) {
    try {
      return await this.#text(name, args);
    } catch (error) {
      if (!this.person.callback) throw error;
      await this.person.finish(this.transport, this.era);
      return this.#text(name, args);
    }
  }

  async #text(name, args) {
    const result = await this.client.callTool({ name, arguments: args });
    return result.content[0].text;
  }

  close() { return this.client.close(); }
}

/// The tokens of a user of an authorization server, by a client without SDK: registration, code with PKCE, exchange. `client_id` is
/// the client's.
export async function logIn(server, username, resource, { scope = 'mcp.read' } = {}) {
  const post = async (path, body, headers) => {
    const answer = await (await fetch(server.issuer + path, { method: 'POST', body, headers })).json();
    if (answer.error) throw new Error(JSON.stringify(answer));
    return answer;
  };
  const { client_id } = await post('/reg', JSON.stringify(new Person(username).clientMetadata), { 'Content-Type': 'application/json' });
  const verifier = crypto.randomUUID() + crypto.randomUUID();
  const challenge = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(verifier))).toString('base64url');
  const query = new URLSearchParams({
    client_id, response_type: 'code', redirect_uri: CALLBACK, scope, resource, code_challenge: challenge, code_challenge_method: 'S256', state: 'x'
  });
  const callback = await new Browser({ username }).follow(`${server.issuer}/auth?${query}`, CALLBACK);
  const tokens = await post('/token', new URLSearchParams({
    grant_type: 'authorization_code', code: callback.searchParams.get('code'), redirect_uri: CALLBACK, client_id, code_verifier: verifier, resource
  }));
  return { ...tokens, client_id };
}
