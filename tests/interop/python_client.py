"""The official Python SDK client against the three official servers.

Usage: python_client.py '{"mode": "legacy" | "2026-07-28", "revision": "...", "directory": "...", "prefixed": bool,
                          "servers": {name: {"url": ...} | {"command": ..., "args": [...], "env": {...}}}}'
Prints one line per exercise that passed; the first that does not ends the program with a traceback and exit code 1.
"""
import asyncio
import json
import pathlib
import sys
from contextlib import AsyncExitStack

from mcp import StdioServerParameters
from mcp.client import Client


class Route:
    """The clients of the servers, and names and URIs as those clients see them."""

    def __init__(self, clients, prefixed):
        self.clients = clients
        self.prefixed = prefixed

    def name(self, server, name):
        return f"{server}.{name}" if self.prefixed else name

    def uri(self, server, uri):
        return f"gh-{server}+{uri}" if self.prefixed else uri

    async def call(self, server, name, arguments, **options):
        result = await self.clients[server].call_tool(self.name(server, name), arguments, **options)
        assert not result.is_error, result.content
        return result

    async def text(self, server, name, arguments, **options):
        return (await self.call(server, name, arguments, **options)).content[0].text

    async def all(self, server, method, member):
        client, items, cursor = self.clients[server], [], None
        while True:
            page = await getattr(client, method)(cursor=cursor)
            items += getattr(page, member)
            cursor = page.next_cursor
            if cursor is None:
                return items


async def lists(route, _directory):
    for server, name in (("everything", "echo"), ("filesystem", "read_text_file"), ("memory", "create_entities")):
        tools = await route.all(server, "list_tools", "tools")
        assert [tool.name for tool in tools].count(route.name(server, name)) == 1, (server, [tool.name for tool in tools])


async def calls(route, _directory):
    assert await route.text("everything", "echo", {"message": "hello"}) == "Echo: hello"
    assert "42" in await route.text("everything", "get-sum", {"a": 19, "b": 23})
    image = await route.call("everything", "get-tiny-image", {})
    assert [block.mime_type for block in image.content if block.type == "image"] == ["image/png"]
    structured = await route.call("everything", "get-structured-content", {"location": "New York"})
    assert isinstance(structured.structured_content["temperature"], (int, float))


async def progress(route, _directory):
    seen = []

    async def note(done, total, _message):
        seen.append((done, total))

    arguments = {"duration": 1, "steps": 4}
    text = await route.text("everything", "trigger-long-running-operation", arguments, progress_callback=note)
    assert "Steps: 4" in text, text
    assert len(seen) >= 3 and (1, 4) in seen, seen


async def files(route, directory):
    path, body = pathlib.Path(directory) / "python.txt", "written by Python\nüber zwei Zeilen\n"
    await route.call("filesystem", "write_file", {"path": str(path), "content": body})
    assert path.read_text(encoding="utf-8") == body
    assert await route.text("filesystem", "read_text_file", {"path": str(path)}) == body


async def entities(route, _directory):
    entity = {"name": route.clients["memory"].mode, "entityType": "client", "observations": ["speaks MCP"]}
    await route.call("memory", "create_entities", {"entities": [entity]})
    result = await route.call("memory", "open_nodes", {"names": [entity["name"]]})
    assert result.structured_content["entities"] == [entity], result.structured_content


async def prompts_and_resources(route, _directory):
    client = route.clients["everything"]
    prompts = await route.all("everything", "list_prompts", "prompts")
    assert route.name("everything", "args-prompt") in [prompt.name for prompt in prompts]
    prompt = await client.get_prompt(route.name("everything", "args-prompt"), {"city": "Ulm"})
    assert "Ulm" in prompt.messages[0].content.text
    uri = route.uri("memory", "memory://knowledge-graph")
    assert uri in [str(resource.uri) for resource in await route.all("memory", "list_resources", "resources")]
    assert (await route.clients["memory"].read_resource(uri)).contents[0].text
    read = await client.read_resource(route.uri("everything", "demo://resource/dynamic/text/7"))
    assert "Resource 7" in read.contents[0].text


async def main(plan):
    def target(server):
        return server["url"] if "url" in server else StdioServerParameters(**server)

    async with AsyncExitStack() as stack:
        opened = {}                                   # One client per address, whatever the number of servers behind it.
        clients = {}
        for name, server in plan["servers"].items():
            key = json.dumps(server)
            if key not in opened:
                opened[key] = await stack.enter_async_context(Client(target(server), mode=plan["mode"], read_timeout_seconds=15))
            clients[name] = opened[key]
            assert clients[name].protocol_version == plan["revision"], clients[name].protocol_version
        route = Route(clients, plan["prefixed"])
        for exercise in (lists, calls, progress, files, entities, prompts_and_resources):
            await exercise(route, plan["directory"])
            print(exercise.__name__, "passed", flush=True)


asyncio.run(asyncio.wait_for(main(json.loads(sys.argv[1])), 60))
