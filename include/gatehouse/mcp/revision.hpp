#pragma once
#include <array>
#include <optional>
#include <string_view>

/// Every difference between protocol revisions that code depends on is a named question here. Nobody else compares revisions.
namespace gatehouse::mcp {

enum class Revision { v2024_11_05, v2025_03_26, v2025_06_18, v2025_11_25, v2026_07_28 };

inline constexpr std::array kRevisions = {Revision::v2024_11_05, Revision::v2025_03_26, Revision::v2025_06_18,
                                          Revision::v2025_11_25, Revision::v2026_07_28};
inline constexpr Revision kLatestLegacy = Revision::v2025_11_25;
inline constexpr Revision kLatest = Revision::v2026_07_28;

[[nodiscard]] std::string_view to_string(Revision revision);  ///< "2025-11-25"
[[nodiscard]] std::optional<Revision> parse_revision(std::string_view text);

/// Legacy: `initialize` handshake, state per session or process. Modern: metadata in every request, no state between them.
/// Rule: 2026-07-28 basic/versioning.
[[nodiscard]] constexpr bool is_modern(Revision r) { return r >= Revision::v2026_07_28; }
[[nodiscard]] constexpr bool has_sessions(Revision r) { return !is_modern(r); }

/// A text that looks like a revision newer than all legacy ones is treated as modern, known or not (TR-607).
[[nodiscard]] bool looks_modern(std::string_view version_text);

// -- messages
[[nodiscard]] constexpr bool has_batches(Revision r) { return r == Revision::v2025_03_26; }
[[nodiscard]] constexpr bool has_result_type(Revision r) { return is_modern(r); }
[[nodiscard]] constexpr bool has_cache_hints(Revision r) { return is_modern(r); }
[[nodiscard]] constexpr bool has_mirrored_headers(Revision r) { return is_modern(r); }
[[nodiscard]] constexpr bool server_may_send_requests(Revision r) { return !is_modern(r); }
/// Whether losing the response stream cancels the request (2026-07-28 basic/patterns/cancellation) or not (legacy transports).
[[nodiscard]] constexpr bool disconnect_cancels(Revision r) { return is_modern(r); }
[[nodiscard]] constexpr bool sends_version_header(Revision r) { return r >= Revision::v2025_06_18; }
/// 2025-11-25 streams open with an event that has an id and no data (SEP-1699).
[[nodiscard]] constexpr bool has_priming_event(Revision r) { return r == Revision::v2025_11_25; }

/// Schemas that name no dialect are JSON Schema 2020-12 (SEP-1613); before, nothing said what they are.
[[nodiscard]] constexpr bool has_default_schema_dialect(Revision r) { return r >= Revision::v2025_11_25; }

// -- errors
/// Missing resources: -32002 before 2026-07-28, -32602 from then on.
[[nodiscard]] constexpr bool has_resource_not_found_code(Revision r) { return !is_modern(r); }
/// Implementation codes -32000…-32019 must not be emitted newly (2026-07-28 basic/index).
[[nodiscard]] constexpr bool forbids_implementation_codes(Revision r) { return is_modern(r); }

// -- features
[[nodiscard]] constexpr bool has_completions_capability(Revision r) { return r >= Revision::v2025_03_26; }
[[nodiscard]] constexpr bool has_completion_context(Revision r) { return r >= Revision::v2025_06_18; }
[[nodiscard]] constexpr bool has_audio(Revision r) { return r >= Revision::v2025_03_26; }
[[nodiscard]] constexpr bool has_resource_links(Revision r) { return r >= Revision::v2025_06_18; }
[[nodiscard]] constexpr bool has_structured_content(Revision r) { return r >= Revision::v2025_06_18; }
/// Structured content may be any JSON value, not only an object.
[[nodiscard]] constexpr bool has_open_structured_content(Revision r) { return is_modern(r); }
[[nodiscard]] constexpr bool has_elicitation(Revision r) { return r >= Revision::v2025_06_18; }
[[nodiscard]] constexpr bool has_url_elicitation(Revision r) { return r >= Revision::v2025_11_25; }
/// URL elicitations have an id and may be announced as complete; requests may fail with "URL elicitation required".
[[nodiscard]] constexpr bool has_elicitation_ids(Revision r) { return r == Revision::v2025_11_25; }
/// Forms with titled choices, defaults and lists of choices (SEP-1034, SEP-1330).
[[nodiscard]] constexpr bool has_rich_forms(Revision r) { return r >= Revision::v2025_11_25; }
/// Sampling messages may have several content blocks, and tools (SEP-1577).
[[nodiscard]] constexpr bool has_sampling_blocks(Revision r) { return r >= Revision::v2025_11_25; }
[[nodiscard]] constexpr bool has_header_parameters(Revision r) { return is_modern(r); }
/// `true` and `false` may stand where a property's schema does.
[[nodiscard]] constexpr bool has_boolean_schemas(Revision r) { return is_modern(r); }
/// `execution` in a tool's definition is still defined, or old enough to be ignored.
[[nodiscard]] constexpr bool may_show_execution(Revision r) { return !is_modern(r); }
/// Tasks as a core feature: `params.task`, `tasks/result`, `execution.taskSupport`.
[[nodiscard]] constexpr bool has_core_tasks(Revision r) { return r == Revision::v2025_11_25; }
/// Tasks as the extension io.modelcontextprotocol/tasks.
[[nodiscard]] constexpr bool has_tasks_extension(Revision r) { return is_modern(r); }

}  // namespace gatehouse::mcp
