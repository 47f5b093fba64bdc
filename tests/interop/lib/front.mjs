// A reverse proxy in front of the gateway: the public address, known before the gateway starts. It passes everything on as it comes,
// with `headers` added, as a proxy does that names its users.
import http from 'node:http';
import { pipeline } from 'node:stream';

const ignore = () => {};

export class Front {
  static async open({ headers = {} } = {}) {
    const front = new Front();
    front.headers = headers;
    front.server = http.createServer((req, res) => front.#pass(req, res));
    await new Promise((resolve) => front.server.listen(0, '127.0.0.1', resolve));
    front.base = `http://127.0.0.1:${front.server.address().port}`;
    return front;
  }

  #pass(req, res) {
    const to = http.request(this.target, { path: req.url, method: req.method, headers: { ...req.headers, ...this.headers } }, (answer) => {
      res.writeHead(answer.statusCode, answer.rawHeaders);
      res.flushHeaders();
      pipeline(answer, res, ignore);
    });
    to.on('error', () => res.destroy());
    res.on('close', () => to.destroy());
    pipeline(req, to, ignore);
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }
}
