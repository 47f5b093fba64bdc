"""Servers that misbehave, all in one process: one path each. Run as a program: bad_servers.py READY_FILE

They are sound until a tool is called: /hang never answers, /crash closes the connection, /slow answers after 200 ms, /lie answers
with a web page. /hang does not answer pings either.
"""

import asyncio
import itertools
import json
import pathlib
import sys

KINDS = ("hang", "crash", "slow", "lie")
SLOW_SECONDS = 0.2

_sessions = itertools.count(1)


def _result(method, params):
    if method == "initialize":
        capabilities = {"tools": {"listChanged": True}}
        return {"protocolVersion": "2025-11-25", "serverInfo": {"name": "bad", "version": "1"}, "capabilities": capabilities}
    if method == "tools/list":
        return {"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]}
    if method == "tools/call":
        return {"content": [{"type": "text", "text": params["arguments"]["text"]}]}
    return {}


def _http(status, body="", *headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


async def _answer(kind, message, writer):
    """False: nothing is answered and the connection closes."""
    method = message.get("method")
    if "id" not in message:
        writer.write(_http("202 Accepted"))
        return True
    if kind == "hang" and method in ("tools/call", "ping"):
        await asyncio.sleep(3600)
    if method == "tools/call":
        if kind == "crash":
            return False
        if kind == "lie":
            writer.write(_http("200 OK", "<h1>It works!</h1>", "Content-Type: text/html"))
            return True
        await asyncio.sleep(SLOW_SECONDS)
    body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": _result(method, message.get("params"))})
    writer.write(_http("200 OK", body, "Content-Type: application/json", f"Mcp-Session-Id: bad-{next(_sessions)}"))
    return True


async def _serve(reader, writer):
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            verb, path, _ = head[0].split(" ")
            lengths = [line.split(":")[1] for line in head if line.lower().startswith("content-length:")]
            body = await reader.readexactly(int(lengths[0])) if lengths else b""
            if verb != "POST":
                writer.write(_http("405 Method Not Allowed"))
            elif not await _answer(path.strip("/"), json.loads(body), writer):
                return
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    pathlib.Path(sys.argv[1]).write_text(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
