// The main function of every test program: Catch2's own, plus a line a case for ./test to count.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Listener = Catch::EventListenerBase;
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
using Listener = Catch::TestEventListenerBase;
#endif

#include <cstdlib>
#include <fstream>

namespace {

class CountCases final : public Listener {
 public:
  using Listener::Listener;

  void testCaseEnded(const Catch::TestCaseStats& stats) override { write(outcome(stats.totals)); }
  // Without this last line ./test knows that the program died in the middle of a case.
  void testRunEnded(const Catch::TestRunStats&) override { write("end"); }

 private:
  static void write(const char* line) {
    const char* file = std::getenv("SADDLE_TEST_COUNT_FILE");
    if (file != nullptr) std::ofstream(file, std::ios::app) << line << '\n';
  }

  static const char* outcome(const Catch::Totals& totals) {
    if (totals.testCases.failed > 0) return "failed";
#if __has_include(<catch2/catch_all.hpp>)
    if (totals.testCases.skipped > 0) return "skipped";
#endif
    return "passed";
  }
};

// What ctest says in the environment, for a program that is started by hand.
void set_default(const char* name, const char* value) { setenv(name, value, 0); }

}  // namespace

CATCH_REGISTER_LISTENER(CountCases)

int main(int argc, char** argv) {
  set_default("SADDLE_SOURCE", SADDLE_SOURCE);
  set_default("SADDLE_BUILD", SADDLE_BUILD);
  set_default("SADDLE", SADDLE_BUILD "/bin/saddle");
  set_default("SADDLE_PLUGINS_DIR", SADDLE_BUILD "/plugins");
  return Catch::Session().run(argc, argv);
}
