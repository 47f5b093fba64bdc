# The example servers behind a gateway. Sourced by ./dev.
# examples/*_http.cpp and *_sse.cpp listen by themselves and are started here; the others are started by the gateway, over stdio.
example_config=examples/gateway.yaml
example_pids=()

stop_examples() {
  trap - EXIT INT TERM
  kill "${example_pids[@]}" 2> /dev/null || true
  wait
}

# start FILE PROGRAM [ARG...]: in the background, until there is something in FILE, where it says that it listens.
# FILE may also be its standard output.
start() {
  local file=$1 pid
  shift
  say "starting $(basename "$1")"
  rm -f "$file"
  if [[ "$file" == *.out ]]; then "$@" > "$file" & else "$@" & fi
  pid=$!
  example_pids+=("$pid")
  until [ -s "$file" ]; do
    kill -0 "$pid" 2> /dev/null || die "$1 did not start"
    sleep 0.1
  done
}

serve_examples() {
  local source name ready=build/log/gateway.url
  trap stop_examples EXIT
  trap 'exit 0' INT TERM
  for source in examples/*_http.cpp examples/*_sse.cpp; do
    name=$(basename "${source%.cpp}" | tr _ -)
    start "build/log/$name.out" "build/release/$name"
  done
  start "$ready" build/release/gatehouse serve -c "$example_config" --ready-file "$ready"
  print_invitation "$(cat "$ready")/mcp"
  wait "${example_pids[-1]}"
}

print_invitation() { # print_invitation URL
  cat <<TEXT

Gatehouse serves the examples at  $1   (Ctrl-C stops everything)

List the tools of all servers:
  curl -s $1 \\
    -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\
    -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/list' \\
    -d '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{
         "io.modelcontextprotocol/protocolVersion":"2026-07-28",
         "io.modelcontextprotocol/clientInfo":{"name":"curl","version":"1"},
         "io.modelcontextprotocol/clientCapabilities":{}}}}'

TEXT
}
