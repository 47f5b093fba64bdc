"""Starts what is measured: the backend, Gatehouse and nginx, each with one worker on loopback."""

import dataclasses
import os
import re
import socket
import time

from . import probes
from .loads import single_run
from .processes import Failure, failure, wait_for_url

LOAD_CORE = 0  # load generator and backend
SERVER_CORE = 1  # what is measured

LOG_FORMAT = (
    '{"time":"$time_iso8601","remote":"$remote_addr","method":"$request_method","uri":"$request_uri",'
    '"status":$status,"bytes":$body_bytes_sent,"request_bytes":$request_length,"seconds":$request_time,'
    '"upstream":"$upstream_addr","upstream_status":"$upstream_status","upstream_seconds":"$upstream_response_time",'
    '"agent":"$http_user_agent","session":"$http_mcp_session_id","forwarded":"$http_x_forwarded_for"}'
)


@dataclasses.dataclass
class Server:
    """Something that serves an MCP endpoint. `pids` are the processes that do the work."""

    url: str
    pids: list
    process: object

    @property
    def pid(self):
        return self.pids[0]


@dataclasses.dataclass
class Programs:
    """The executables, as given on the command line."""

    gatehouse: str
    loadgen: str
    backend: str
    nginx: str
    before: str | None = None  # another gatehouse, to compare with, and what it is
    before_name: str = ""

    def with_gatehouse_from_before(self):
        return dataclasses.replace(self, gatehouse=self.before)


def start_backend(stage, programs, *options):
    ready = stage.path("backend-url")
    process = stage.start([programs.backend, "--ready-file", ready, *options], core=LOAD_CORE)
    return Server(wait_for_url(process, ready), [process.pid], process)


def start_gatehouse(stage, programs, upstreams, wrapper=(), patience=15, options=None, more=()):
    """`upstreams`: name -> URL. `wrapper` is a command to run it under, such as valgrind. `options`: name -> further keys.
    `more`: further lines of the configuration."""
    config = stage.path("gatehouse.yaml")
    lines = ["listen: 127.0.0.1:0", "admin: {listen: 127.0.0.1:0}", "endpoints:",
             '  - {path: /mcp, servers: ["*"], separator: "."}', "servers:"]
    further = {name: f", {keys}" for name, keys in (options or {}).items()}
    lines += [f'  {name}: {{url: "{url}"{further.get(name, "")}}}' for name, url in upstreams.items()]
    config.write_text("\n".join([*lines, *more]) + "\n")
    ready = stage.path("gatehouse-url")
    command = [*wrapper, programs.gatehouse, "serve", "-c", config, "--ready-file", ready]
    process = stage.start(command, core=SERVER_CORE)
    base = wait_for_url(process, ready, patience)
    return Server(base.rstrip("/") + "/mcp", [process.pid], process)


def wait_until_tools_work(programs, server, tools, era="legacy", seconds=20, options=()):
    """A gateway may serve before it knows its servers' tools."""
    deadline = time.monotonic() + seconds
    while True:
        calls = ["--era", era, "--connections", len(tools), "--tool", ",".join(tools), "--count", 2 * len(tools)]
        try:
            result = single_run(programs.loadgen, server.url, *calls, *options)
            problem = result["first_error"] if result["errors"] > 0 else None
        except Failure as refused:  # no session could be opened, for example because keys are not read yet
            problem = refused
        if problem is None:
            return
        if time.monotonic() > deadline:
            raise failure(server.process, f"tools do not work: {problem}")
        time.sleep(0.1)


def start_nginx(stage, programs, upstreams, log, wrapper=()):
    """One nginx with a port for each upstream URL; returns a Server for each. `log`: a JSON access log, buffered."""
    prefix = stage.path("nginx")
    (prefix / "temp").mkdir(parents=True)
    ports = _free_ports(len(upstreams))
    config = prefix / "nginx.conf"
    config.write_text(_nginx_config(upstreams, ports, log, is_wrapped=bool(wrapper)))
    process = stage.start([*wrapper, programs.nginx, "-p", prefix, "-c", config, "-e", "stderr"], core=SERVER_CORE)
    for port in ports:
        _wait_for_port(process, port)
    workers = [process.pid] if wrapper else _wait_for_workers(process)
    return [Server(f"http://127.0.0.1:{port}/mcp", workers, process) for port in ports]


def _nginx_config(upstreams, ports, log, is_wrapped):
    user = "user root;\n" if os.geteuid() == 0 else ""
    single = "master_process off;\n" if is_wrapped else ""
    access = "access_log access.json json buffer=64k;" if log else "access_log off;"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temp = "\n".join(f"  {kind}_temp_path temp/{kind};" for kind in kinds)
    servers = "".join(_nginx_server(n, url, port) for n, (url, port) in enumerate(zip(upstreams, ports)))
    return f"""{user}{single}daemon off;
worker_processes 1;
error_log stderr error;
pid nginx.pid;
events {{ worker_connections 16384; }}
http {{
{temp}
  log_format json escape=json '{LOG_FORMAT}';
  {access}
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  client_max_body_size 64m;
  client_body_buffer_size 64k;
  proxy_buffer_size 64k;
  proxy_buffers 8 64k;
  proxy_busy_buffers_size 128k;
  proxy_max_temp_file_size 0;
  tcp_nodelay on;
{servers}}}
"""


def _nginx_server(number, url, port):
    address = re.match(r"http://([^/]+)", url)[1]
    return f"""  upstream mcp{number} {{
    server {address};
    keepalive 256;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
  }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://mcp{number};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
"""


def _free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait_for_workers(process, seconds=15):
    """The master listens before it forks them."""
    deadline = time.monotonic() + seconds
    while not (workers := probes.children(process.pid)):
        if process.poll() is not None or time.monotonic() > deadline:
            raise failure(process, f"nginx had no worker within {seconds} s")
        time.sleep(0.01)
    return workers


def _wait_for_port(process, port, seconds=15):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise failure(process, "nginx ended before it served")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.01)
    raise Failure(f"nginx did not listen on {port} within {seconds} s")
