// A small store for tests: 2 methods × 2 learning rates × 2 seeds, one trial diverged, one skipped, one not
// trained.
#pragma once
#include "store/plan.hpp"
#include "store/record.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <ostream>
#include <string>

namespace saddle::store {
// For messages of failed checks. LibTorch makes containers printable, so Catch asks for their elements too.
inline std::ostream& operator<<(std::ostream& out, Status status) { return out << to_text(status); }
}  // namespace saddle::store

namespace fixtures {

/// A folder that goes away with its owner.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "saddle-test-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// What goes wrong when files may not grow beyond so many bytes, in a process of its own: as on a full disk.
/// The text that `act` gives, or the signal that it died of.
inline std::string with_file_limit(rlim_t bytes, const std::function<std::string()>& act) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
    const std::string text = act();
    const ssize_t written = write(ends[1], text.data(), text.size());
    exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);  // not _exit: HDF5 has to survive its own end
  }
  close(ends[1]);
  std::string text(4096, '\0');
  const ssize_t n = read(ends[0], text.data(), text.size());
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return "died of signal " + std::to_string(WTERMSIG(status));
  text.resize(n > 0 ? static_cast<size_t>(n) : 0);
  return text;
}

inline std::string id_of(int i) { return "00000000000000a" + std::to_string(i); }

inline saddle::store::Plan plan() {
  saddle::store::Plan plan;
  plan.experiment = "rings";
  plan.created = "2025-01-31T12:00:00Z";
  plan.experiment_text = "experiment: rings  # Größe, 环\n";
  plan.overrides = {"train.steps=100", "~penalty"};
  plan.extends = {{"../rings.yaml", "base: {data: ring}  # 环\n"}, {"../../all.yaml", "{}\n"}};
  int i = 0;
  for (const std::string method : {"gan", "wgan_gp"}) {
    for (const auto& [text, rate] : {std::pair<std::string, double>{"1e-3", 1e-3}, {"1e-4", 1e-4}}) {
      for (uint64_t seed : {0, 1}) {
        saddle::store::PlanRow row;
        row.id = id_of(i);
        row.config = "{divergence: " + method + ", rate: " + text + ", seed: " + std::to_string(seed) + "}";
        row.seed = seed;
        row.resolved = "{metrics: [modes, mmd], divergence: " + method + "}";
        row.metrics = {"modes", "mmd"};
        row.params = {{"method", method, {}}, {"rate", text, rate}};
        if (method == "wgan_gp") row.params.push_back({"penalty", "gradient_penalty", {}});
        if (i == 6)
          row.status = saddle::store::Status::skipped, row.reason = "a gradient penalty can't be here";
        plan.rows.push_back(row);
        ++i;
      }
    }
  }
  plan.plan_sha256 = saddle::store::plan_sha256(plan);
  return plan;
}

inline saddle::store::TrialRecord record(int i) {
  saddle::store::TrialRecord record;
  record.id = id_of(i);
  record.status = i == 3 ? saddle::store::Status::diverged : saddle::store::Status::done;
  record.reason = i == 3 ? "the critic's loss is not finite" : "";
  record.reason_step = i == 3 ? 70 : 100;
  record.seed = static_cast<uint64_t>(i % 2);
  record.steps = record.reason_step;
  record.seconds = 1.5 + i;
  record.config = "divergence: gan\n# 环 ±\nseed: " + std::to_string(i % 2) + "\n";
  record.series = {{"modes", {0, 50, record.steps}, {1, 2, 4.0 + i}}, {"loss.critic", {record.steps}, {0.5}}};
  record.metrics = {{"modes", 4.0 + i, {{"samples", int64_t{2500}}, {"split", std::string("held-out")}}},
                    {"mmd", 0.125 / (i + 1), {{"low", 0.1}, {"high", 0.2}, {"version", int64_t{1}}}}};
  record.weights = {
      {"generator/net.0.weight", {{2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6.5F + static_cast<float>(i)}}},
      {"critic/net.0.bias", {{2}, std::vector<double>{0.25, -1}}}};
  record.averaged_weights = {{"generator/net.0.weight", {{1, 1}, std::vector<float>{9}}}};
  record.samples = saddle::store::Array{{4, 2}, std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7}};
  record.provenance = {{"version", "0.1.0"}, {"compiler", "GNU 12.2"}, {"git", ""}};
  // More than HDF5 keeps in an object's header by itself: beyond that it crashes when it merges.
  for (int extra = 0; extra < 20; ++extra)
    record.provenance.emplace_back("plugin." + std::to_string(extra), "sha256:0123456789abcdef");
  return record;
}

constexpr int recorded[] = {0, 1, 2, 3, 4, 5};  // 6 is skipped, 7 is not trained yet

}  // namespace fixtures
