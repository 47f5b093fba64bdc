// docs/security.md: its configurations do what the page says, with fixtures in place of the companies in them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AuthorizationServer } from './fixtures/authorization_server.mjs';
import { Front } from './lib/front.mjs';
import { BINARY, Gateway } from './lib/gateway.mjs';
import { LoggedIn, Person } from './lib/login.mjs';
import { Recorded } from './lib/recording.mjs';
import { ask, bearer } from './lib/revisions.mjs';
import { MODERN } from './lib/wire.mjs';
import { until } from './lib/wait.mjs';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/security.md'), 'utf8');
const SECRET = 'p'.repeat(32);
// What the fixtures call the things on the page.
const WORDS = [['jira.read', 'mcp.read'], ['jira.write', 'mcp.write'], ['get_*', 'echo']];

function block(mark, language) {
  const found = PAGE.match(new RegExp(`<!-- ${mark} -->\\n\`\`\`${language}\\n([\\s\\S]*?)\`\`\``));
  assert.ok(found, `${mark} is not on the page`);
  return found[1];
}

describe('docs/security.md', { timeout: 60_000 }, () => {
  let servers;
  before(async () => { servers = await new Recorded().add('jira', 'modern', 'http'); });
  after(() => servers?.stop());

  /// Runs `steps` with a gateway of the example, in which texts are replaced.
  async function serving(example, replacements, steps, { listen = true, env } = {}) {
    let text = block(`example: ${example}`, 'yaml');
    for (const [from, to] of [['https://jira.example.com/mcp', servers.targets.jira.url], ...replacements]) text = text.replaceAll(from, to);
    const gateway = await Gateway.serve(listen ? text : text.replace(/^listen: .*$/m, ''), { env });
    try {
      await steps(gateway);
    } finally {
      await gateway.stop();
    }
  }
  const listed = (url, headers) => ask(url, MODERN, 'tools/list', {}, headers);

  it('shows every example to a test', () => {
    assert.deepEqual([...PAGE.matchAll(/```yaml/g)].length, [...PAGE.matchAll(/<!-- example: \w+ -->\n```yaml/g)].length);
  });

  it('API keys', () => serving('keys', [], async (gateway) => {
    assert.equal((await listed(gateway.url())).status, 401);
    const [, words] = /^gatehouse (keys create .*?) +#/m.exec(block('commands: keys', 'sh'));
    const key = execFileSync(BINARY, words.split(' '), { cwd: gateway.directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
    assert.match(key, /^gatek_live_/);
    await until('the key to work', async () => (await listed(gateway.url(), bearer(key))).status === 200);
    assert.match((await listed(gateway.url(), bearer(key))).text, /"jira.echo"/);
    assert.equal((await listed(gateway.url(), { 'X-API-Key': key })).status, 200);
  }));

  it('no answer is taken for something else than it says it is', () => serving('keys', [], async (gateway) => {
    const admin = gateway.events.find(({ event }) => event === 'admin listening').url;
    const answers = [await listed(gateway.url())];
    for (const [path, base] of [['/health', gateway.base], ['/nothing', gateway.base], ['/mcp', gateway.base], ['/metrics', admin]])
      answers.push(await fetch(new URL(path, base)));
    assert.deepEqual(answers.map(({ status }) => status), [401, 200, 404, 401, 200]);
    for (const { headers } of answers) {
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('cache-control'), 'no-store');
    }
  }));

  it('a login provider', async () => {
    const provider = await AuthorizationServer.start({ users: { erin: { realm_access: { roles: ['editor'] } }, rudi: {} } });
    const front = await Front.open();
    try {
      await serving('provider', [['https://idp.example.com/realms/acme', provider.issuer], ['https://gw.example.com', front.base], ...WORDS], async (gateway) => {
        front.target = gateway.base;
        const url = `${front.base}/mcp`;
        const refused = await listed(url);
        const page = block('answer: nobody', 'http').replaceAll('https://gw.example.com', front.base).replaceAll(...WORDS[0]);
        assert.equal(refused.status, Number(page.split(' ')[1]));
        for (const [, name, value] of page.matchAll(/^([\w-]+): (.*)$/mg)) assert.equal(refused.headers.get(name), value);
        const [erin, rudi] = await Promise.all(['erin', 'rudi'].map((name) => LoggedIn.connect('modern', { url }, new Person(name))));
        try {
          assert.equal(await erin.call('jira.echo', { text: 'read' }), 'jira: read');
          assert.equal(await erin.call('jira.count', { key: 'edited', steps: 1 }), 'edited counted to 1');
          assert.deepEqual(erin.person.asked.map((scopes) => scopes.replace(/ ?offline_access/, '')), ['mcp.read', 'mcp.read mcp.write']);
          assert.equal(await rudi.call('jira.echo', { text: 'read' }), 'jira: read');
          assert.deepEqual(await rudi.tools(), ['jira.echo']);
        } finally {
          await erin.close();
          await rudi.close();
        }
      });
    } finally {
      front.stop();
      await provider.stop();
    }
  });

  it('a proxy', () => serving('proxy', [], async (gateway) => {
    assert.equal((await listed(gateway.url(), { 'X-Forwarded-User': 'ann' })).status, 401);
    assert.equal((await listed(gateway.url(), { 'X-Forwarded-User': 'ann', 'X-Proxy-Secret': SECRET })).status, 200);
  }, { listen: false, env: { PROXY_SECRET: SECRET } }));

  // That certificates let in whom they name is tested in proxy.test.mjs; here, that the page's configuration is one.
  it('certificates', async () => {
    const host = Gateway.onStdio({});
    const file = host.target.args.at(-1);
    try {
      writeFileSync(file, block('example: certificates', 'yaml'));
      for (const name of ['gw.pem', 'gw.key', 'workloads.pem']) writeFileSync(join(dirname(file), name), '');  // What is in them, serve sees.
      execFileSync(BINARY, ['check', '-c', file], { stdio: 'pipe' });
    } finally {
      host.remove();
    }
  });
});
