// Constant load on one server while a test disturbs something: calls in a loop, each outcome kept.
import { performance } from 'node:perf_hooks';
import { pause } from './wait.mjs';

/// One call's outcome: {ok, message, ms}. A failed tool and a thrown error are both failures; `message` tells which.
export async function attempt(peer, tool, args, want) {
  const start = performance.now();
  const outcome = await peer.call(tool, args, { timeout: 10_000 }).then(
    (result) => result.isError
      ? { ok: false, message: `isError: ${result.content?.[0]?.text}` }
      : want === undefined || result.content[0].text === want
        ? { ok: true, message: result.content[0].text }
        : { ok: false, message: `wrong answer: ${JSON.stringify(result.content)}` },
    (error) => ({ ok: false, message: `${error.code}: ${error.message}` }));
  return { ...outcome, ms: performance.now() - start };
}

export class Load {
  outcomes = [];
  #stopping = false;
  #workers;

  /// Starts one worker per peer; each calls `tool` again `gap` ms after every answer. The answer to a `text` is
  /// `echo(text)`.
  constructor(peers, tool, { gap = 20, echo = (text) => text } = {}) {
    this.#workers = peers.map((peer, n) => this.#work(peer, tool, `${tool} ${n}`, gap, echo));
  }

  async #work(peer, tool, label, gap, echo) {
    for (let n = 0; !this.#stopping; ++n) {
      const text = `${label} ${n}`;
      this.outcomes.push(await attempt(peer, tool, { text }, echo(text)));
      await pause(gap);
    }
  }

  /// Ends the load; resolves with what came of it: {calls, failures, slowest}.
  async stop() {
    this.#stopping = true;
    await Promise.all(this.#workers);
    const failures = this.outcomes.filter(({ ok }) => !ok);
    return { calls: this.outcomes.length, failures, slowest: Math.max(...this.outcomes.map(({ ms }) => ms)) };
  }
}
