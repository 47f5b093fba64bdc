#include <array>

#include "gateway/config/field.hpp"

namespace gatehouse::config {
namespace {

constexpr std::array<std::string_view, 10> kDimensions = {"ip",     "user",    "client", "apikey",   "tenant",
                                                          "server", "backend", "tool",   "endpoint", "session"};
constexpr std::array<std::string_view, 4> kGroups = {"calls", "lists", "step_up", "rule"};
constexpr std::array<std::string_view, 2> kModes = {"enforce", "observe"};

constexpr std::array kRate = {
    Key{"id", Shape::text, at<&RateLimit::id>,
        "What the limit is called in answers, metrics and the log. Default: what it says, like `user:100/m`."},
    or_one(one_of(kDimensions, {"per", Shape::texts, at<&RateLimit::per>,
                                "Who or what has a bucket of its own; of several words, each combination has one."})),
    or_one({"match", Shape::texts, at<&RateLimit::match>,
            "Only calls to these: patterns of `server.tool` with `*` and `?`. Default: all."}),
    or_one({"methods", Shape::texts, at<&RateLimit::methods>,
            "Only these methods (`tools/call`, …), instead of a class."}),
    one_of(kGroups, {"class", Shape::choice, at<&RateLimit::group>,
                     "`calls`: what a server has to work for. `lists`: lists, subscriptions, questions about tasks. "
                     "`step_up`: answers that ask for more rights or a better login. `rule`: what rules of the policy "
                     "send to it (`then.limits`)."}),
    Key{"rate", Shape::rate, at<&RateLimit::rate>, "Requests per second, minute, hour or day: `5/s`, `100/m`."},
    in(0, 1'000'000'000,
       {"burst", Shape::count, at<&RateLimit::burst>, "Requests that may come at once. 0: as many as the rate counts."}),
    in(0, 1'000'000,
       {"concurrency", Shape::count, at<&RateLimit::concurrency>,
        "Calls that may run at the same time, instead of a rate. 0: it is a rate."}),
    one_of(kModes, {"mode", Shape::choice, at<&RateLimit::mode>,
                    "`observe`: counts and logs what it would refuse, and refuses nothing."}),
    in(100, 10'000'000,
       {"max_keys", Shape::count, at<&RateLimit::max_keys>,
        "Buckets that are known at a time; 40 bytes each. Then the one goes that was not used for the longest time."}),
};

constexpr std::array kPreauth = {
    Key{"rate", Shape::rate, at<&Preauth::rate>,
        "Requests of one network: an IPv4 address, or the first 64 bits of an IPv6 address."},
    in(0, 1'000'000'000,
       {"burst", Shape::count, at<&Preauth::burst>, "Requests that may come at once. 0: as many as the rate counts."}),
    Key{"failures", Shape::rate, at<&Preauth::failures>,
        "Wrong credentials of one network. Beyond it, only credentials that were right before are let in from there."},
    in(0, 1000,
       {"free_failures", Shape::count, at<&Preauth::free_failures>,
        "Wrong tries of one credential from one network that cost no time."}),
    in(100, kHour,
       {"backoff", Shape::duration, at<&Preauth::backoff>,
        "The wait after one more; it doubles with each further one."}),
    in(100, kDay, {"max_backoff", Shape::duration, at<&Preauth::max_backoff>, "Longest such wait."}),
    in(100, 10'000'000,
       {"max_keys", Shape::count, at<&Preauth::max_keys>, "Networks, and credentials, that are known at a time."}),
};

const Section kRatesSection{"limits.rates[]", "A limit. See [limits](limits.md).", kRate, &fresh<RateLimit>};
const Section kPreauthSection{"limits.preauth", "What is counted before anybody knows who sends a request.", kPreauth,
                              &fresh<Preauth>};

}  // namespace

const Section& rates_section() { return kRatesSection; }
const Section& preauth_section() { return kPreauthSection; }

}  // namespace gatehouse::config
