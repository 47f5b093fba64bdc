// The keys of `policy`.
#include <array>

#include "gateway/config/field.hpp"
#include "gateway/policy/source.hpp"

namespace gatehouse::config {
namespace {

using policy::LayerSource;
using policy::Needs;
using policy::PolicySource;
using policy::RoleMapping;
using policy::RuleSource;
using policy::Then;
using policy::What;
using policy::Who;

const Section& rule_section();
const Section& who_section();
const Section& what_section();
const Section& needs_section();
const Section& then_section();
const Section& mapping_section();
const Section& layer_section();

constexpr std::array<std::string_view, 2> kEffects = {"allow", "deny"};
constexpr std::array<std::string_view, 3> kShow = {"humans", "everyone", "nobody"};

constexpr std::array kPolicy = {
    Key{"file", Shape::text, at<&PolicySource::file>,
        "A file with all of this, relative to the configuration file. Nothing else stands beside it."},
    one_of(kEffects, {"default", Shape::choice, at<&PolicySource::otherwise>, "When no rule applies."}),
    part<&PolicySource::rules, rule_section>("rules", "The rules. Their order means nothing: a deny wins."),
    part<&PolicySource::role_mapping, mapping_section>(
        "role_mapping", "Roles that follow from what an issuer says, or from the role of an API key."),
    Key{"scope_hierarchy", Shape::groups, at<&PolicySource::scope_hierarchy>,
        "Scopes and the scopes they include: `admin: [write, read]`."},
    one_of(kShow,
           {"show_stepup", Shape::choice, at<&PolicySource::show_step_up>,
            "Who is shown what he could call with one more scope or a stronger login, if he can get it at all."}),
    Key{"trusted_servers", Shape::texts, at<&PolicySource::trusted_servers>,
        "Servers that are believed what they say about their tools (`annotations`), so that it may allow something. "
        "What "
        "other servers say can only forbid."},
    Key{"expose_rule_ids", Shape::flag, at<&PolicySource::expose_rule_ids>, "Refusals name the rule, in `data.rule`."},
    part<&PolicySource::layers, layer_section>(
        "layers", "Further rules for some tenants, servers or endpoints. They only narrow what `rules` allow."),
};

constexpr std::array kRule = {
    Key{"id", Shape::text, at<&RuleSource::id>, "What people and records call the rule. Once in the policy."},
    one_of(kEffects, {"effect", Shape::choice, at<&RuleSource::effect>, "What the rule does when it applies."}),
    Key{"shadow", Shape::flag, at<&RuleSource::shadow>, "Only count how often it would have applied."},
    part<&RuleSource::who, who_section>("who", "Whom the rule is about; nothing: everybody."),
    part<&RuleSource::what, what_section>("what", "What the rule is about; nothing: everything."),
    part<&RuleSource::needs, needs_section>(
        "needs", "What a caller may still obtain. Who lacks it is asked to log in again instead of being refused."),
    Key{"when", Shape::text, at<&RuleSource::when>,
        "A condition on `args`, `principal`, `request` and `tool`. See [policy](policy.md)."},
    part<&RuleSource::then, then_section>("then", "What a permit obliges to."),
};

constexpr std::array kWho = {
    filled({"roles", Shape::texts, at<&Who::roles>, "Has one of these roles."}),
    filled({"scopes", Shape::texts, at<&Who::scopes>, "Has one of these scopes. To ask for them, use `needs`."}),
    filled(
        {"groups", Shape::texts, at<&Who::groups>,
         "Is in one of these groups. Issuers give them their names: write `issuers` beside it if there are several."}),
    filled({"tenants", Shape::texts, at<&Who::tenants>, "Belongs to one of these tenants."}),
    filled({"kinds", Shape::texts, at<&Who::kinds>, "`human`, `service`, `workload`, `local` or `anonymous`."}),
    filled({"clients", Shape::texts, at<&Who::clients>, "Uses one of these OAuth clients or API keys."}),
    filled({"issuers", Shape::texts, at<&Who::issuers>, "Was vouched for by one of these issuers."}),
    filled({"subjects", Shape::texts, at<&Who::subjects>, "Is called this by the issuer."}),
    filled({"keys", Shape::texts, at<&Who::keys>, "Uses one of these API keys, by id."}),
    filled({"networks", Shape::texts, at<&Who::networks>, "Calls from one of these networks: `10.0.0.0/8`."}),
};

constexpr std::array kWhat = {
    filled({"methods", Shape::texts, at<&What::methods>, "`tools/call`, `prompts/*`, …"}),
    filled({"endpoints", Shape::texts, at<&What::endpoints>, "Paths of endpoints."}),
    filled({"servers", Shape::texts, at<&What::servers>, "Names of servers."}),
    filled({"tools", Shape::texts, at<&What::tools>, "Names of tools, as their server calls them."}),
    filled({"prompts", Shape::texts, at<&What::prompts>, "Names of prompts, as their server calls them."}),
    filled({"resources", Shape::texts, at<&What::resources>, "URIs of resources, as their server writes them."}),
    filled({"templates", Shape::texts, at<&What::templates>, "URI templates, as their server writes them."}),
    filled({"annotations", Shape::pairs, at<&What::annotations>,
            "What the server says about the tool: `destructiveHint: true`. See `trusted_servers`."}),
};

constexpr std::array kNeeds = {
    filled({"scopes", Shape::texts, at<&Needs::scopes>, "All of these scopes."}),
    filled({"acr", Shape::texts, at<&Needs::acr>, "A login as strong as one of these (`acr`)."}),
    in(0, 365 * kDay,
       {"max_auth_age", Shape::duration, at<&Needs::max_auth_age>, "A login no older than this. 0: any."}),
};

constexpr std::array kThen = {
    or_one({"limits", Shape::texts, at<&Then::limits>,
            "Limits (`id`, of `class: rule`) that count the call. See [limits](limits.md)."}),
    Key{"audit", Shape::text, at<&Then::audit>,
        "Refused: nothing is recorded of what calls contain, so nobody could enforce it."},
    Key{"redact", Shape::texts, at<&Then::redact>, "Refused, as `audit`."},
};

constexpr std::array kMapping = {
    Key{"issuer", Shape::text, at<&RoleMapping::issuer>, "Of principals of this issuer; nothing: of any."},
    Key{"claim", Shape::text, at<&RoleMapping::claim>, "`groups`, or the name of a claim that is kept."},
    Key{"any_of", Shape::texts, at<&RoleMapping::any_of>, "Values of the claim that grant the roles. No patterns."},
    Key{"api_key_role", Shape::text, at<&RoleMapping::api_key_role>, "Instead of a claim: a role of an API key."},
    Key{"grant", Shape::texts, at<&RoleMapping::grant>, "The roles."},
};

constexpr std::array kLayer = {
    Key{"id", Shape::text, at<&LayerSource::id>, "For people."},
    filled({"tenants", Shape::texts, at<&LayerSource::tenants>, "For callers of these tenants."}),
    filled({"servers", Shape::texts, at<&LayerSource::servers>, "For what these servers offer."}),
    filled({"endpoints", Shape::texts, at<&LayerSource::endpoints>, "For these endpoints."}),
    one_of(kEffects, {"default", Shape::choice, at<&LayerSource::otherwise>, "When none of the layer's rules applies."}),
    part<&LayerSource::rules, rule_section>("rules", "As above."),
};

const Section kPolicySection{"policy", "Who may see and call what. See [policy](policy.md).", kPolicy,
                             &fresh<PolicySource>};
const Section kRuleSection{"policy.rules[]", "One rule.", kRule, &fresh<RuleSource>};
const Section kWhoSection{"policy.rules[].who", "All that are given have to match; in each, one value suffices.", kWho,
                          &fresh<Who>};
const Section kWhatSection{"policy.rules[].what", "All that are given have to match; in each, one value suffices.",
                           kWhat, &fresh<What>};
const Section kNeedsSection{"policy.rules[].needs", "What a caller may still obtain.", kNeeds, &fresh<Needs>};
const Section kThenSection{"policy.rules[].then", "What a permit obliges to.", kThen, &fresh<Then>};
const Section kMappingSection{"policy.role_mapping[]", "Roles from claims or API keys.", kMapping, &fresh<RoleMapping>};
const Section kLayerSection{"policy.layers[]", "Rules that only narrow.", kLayer, &fresh<LayerSource>};

const Section& rule_section() { return kRuleSection; }
const Section& who_section() { return kWhoSection; }
const Section& what_section() { return kWhatSection; }
const Section& needs_section() { return kNeedsSection; }
const Section& then_section() { return kThenSection; }
const Section& mapping_section() { return kMappingSection; }
const Section& layer_section() { return kLayerSection; }

}  // namespace

const Section& policy_section() { return kPolicySection; }

std::span<const Section* const> policy_sections() {
  static constexpr std::array<const Section*, 8> kAll = {&kPolicySection,  &kRuleSection,  &kWhoSection,
                                                         &kWhatSection,    &kNeedsSection, &kThenSection,
                                                         &kMappingSection, &kLayerSection};
  return kAll;
}

}  // namespace gatehouse::config
