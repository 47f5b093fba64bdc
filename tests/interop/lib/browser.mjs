// A browser with a script: follows redirects, keeps cookies, fills in forms. Enough to log in at an authorization server.
import assert from 'node:assert/strict';

const MOST_PAGES = 20;

export class Browser {
  #cookies = new Map();
  /// What the pages showed, in order.
  pages = [];

  /// `fields`: what is typed into fields of these names.
  constructor(fields = {}) { this.fields = fields; }

  /// Opens a URL and goes on until somewhere under `target` comes up, which is not opened: returns that URL.
  async follow(url, target) {
    let next = { url: new URL(url) };
    for (let count = 0; count < MOST_PAGES; ++count) {
      if (next.url.href.startsWith(target)) return next.url;
      const response = await fetch(next.url, { method: next.method ?? 'GET', body: next.body, redirect: 'manual', headers: { Cookie: this.#cookieHeader(next.url) } });
      this.#keep(next.url, response);
      const text = await response.text();
      const location = response.headers.get('location');
      if (location) {
        next = { url: new URL(location, next.url) };
      } else {
        assert.equal(response.status, 200, `${next.url}: ${response.status} ${text}`);
        this.pages.push(text);
        next = this.#submit(next.url, text);
      }
    }
    throw new Error(`no end of pages at ${next.url}`);
  }

  #submit(base, text) {
    const action = /<form method="post" action="([^"]*)"/.exec(text)?.[1];
    assert.ok(action, `a page without a form: ${text}`);
    const names = [...text.matchAll(/<input name="([^"]*)"/g)].map(([, name]) => name);
    return { url: new URL(action, base), method: 'POST', body: new URLSearchParams(names.map((name) => [name, this.fields[name]])) };
  }

  #cookieHeader({ host, pathname }) {
    return [...this.#cookies.values()].filter((cookie) => cookie.host === host && pathname.startsWith(cookie.path))
      .map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  #keep({ host }, response) {
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(';').map((part) => part.trim());
      const [, name, value] = /^([^=]*)=(.*)$/.exec(pair);
      const of = (key) => attributes.find((one) => one.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
      const key = `${host} ${of('path') ?? '/'} ${name}`;
      if (Date.parse(of('expires')) < Date.now()) this.#cookies.delete(key);
      else this.#cookies.set(key, { host, path: of('path') ?? '/', name, value });
    }
  }
}
