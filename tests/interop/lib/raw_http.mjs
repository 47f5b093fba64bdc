// HTTP byte by byte: for requests that no HTTP library would send.
import net from 'node:net';
import { within } from './wait.mjs';

/// Sends the text and reads what comes until the connection ends or nothing comes for `quiet` ms: {status, head, body, text}. The
/// request should say `Connection: close`. `from`: the address to connect from.
export async function exchange(base, text, { quiet = 2_000, from } = {}) {
  const { hostname, port } = new URL(base);
  const socket = net.connect({ host: hostname, port, ...from && { localAddress: from } });
  let answer = '';
  const done = new Promise((resolve) => {
    socket.setTimeout(quiet, resolve);
    socket.on('data', (piece) => { answer += piece.toString('latin1'); }).on('error', resolve).on('close', resolve);
  });
  socket.write(text);
  await within('an answer', done, 10_000).finally(() => socket.destroy());
  const end = answer.indexOf('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]), head: answer.slice(0, end), body: answer.slice(end + 4), text: answer };
}

/// A POST with exactly these header lines.
export const request = (base, path, lines, body, method = 'POST') =>
  [`${method} ${path} HTTP/1.1`, `Host: ${new URL(base).host}`, 'Connection: close', ...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
