#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <gatehouse/transport/session.hpp>

#include "gateway/stages/watchers.hpp"

namespace gatehouse::app {

/// The routes of the few sessions whose servers show them lists of their own (gateway rule 11).
class OwnRoutes {
 public:
  using Routes = std::shared_ptr<const stages::Routes>;

  /// Null: the session sees what everybody sees.
  [[nodiscard]] Routes find(std::string_view session) const;
  /// Makes the session's routes anew from everybody's. Returns the lists that are different for it now.
  stages::Lists renew(std::string_view session, const Routes& everybodys);
  /// The same for all of them, after everybody's changed.
  void renew_all(const Routes& everybodys);
  void session_ended(std::string_view session);

 private:
  std::map<std::string, Routes, std::less<>> by_session_;
};

}  // namespace gatehouse::app
