#pragma once

namespace gatehouse::test {

/// One test for each tests/golden/bridge/<client>_to_<server>.hop: what becomes of requests and answers between a client and a server of
/// these revisions, in the pure engines alone (bridge/lower.hpp, client's Outgoing, bridge/lift.hpp, transport/render.hpp).
///
///     What this shows, in prose.
///     -> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"crm.add"}}
///     => what the server is sent
///     <= {"jsonrpc":"2.0","id":9001,"result":{"content":[]}}
///     <- HTTP status and what the client is sent
///
/// The server is called `crm`; its names and URIs are exposed with that prefix. `=>` and `<-` are what came out; `update` writes them.
void add_hop_tests(bool update);

}  // namespace gatehouse::test
