#include "sweep/worker.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <ATen/Parallel.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <map>
#include <memory>

#include "config/parse_trial.hpp"
#include "game/trainer.hpp"
#include "lanes/portable_operators.hpp"
#include "store/atomic_file.hpp"
#include "store/checkpoint.hpp"
#include "store/shard.hpp"
#include "sweep/measure_stored.hpp"
#include "sweep/messages.hpp"
#include "sweep/record.hpp"
#include "sweep/resume.hpp"

namespace saddle {
namespace {

volatile std::sig_atomic_t stop_requested = 0;  // a signal handler has nowhere else to write

constexpr int commands_in = 3, events_out = 4;

void say(const WorkerEvent& event) {
  const std::string line = to_line(event) + "\n";
  for (size_t sent = 0; sent < line.size();) {
    const ssize_t n = ::write(events_out, line.data() + sent, line.size() - sent);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) _exit(0);  // the runner is gone
    sent += static_cast<size_t>(n);
  }
}

WorkerEvent event(WorkerEvent::Kind kind) {
  WorkerEvent e;
  e.kind = kind;
  return e;
}

WorkerEvent trial_event(std::string id, store::Status status) {
  WorkerEvent e = event(WorkerEvent::Kind::trial);
  e.id = std::move(id);
  e.status = store::to_text(status);
  return e;
}

WorkerEvent error_event(std::string reason) {
  WorkerEvent e = event(WorkerEvent::Kind::error);
  e.reason = std::move(reason);
  return e;
}

bool next_line(std::string& buffer, std::string& line) {
  for (;;) {
    if (const auto end = buffer.find('\n'); end != std::string::npos) {
      line = buffer.substr(0, end);
      buffer.erase(0, end + 1);
      return true;
    }
    char some[1 << 16];
    const ssize_t n = ::read(commands_in, some, sizeof some);
    if (n < 0 && errno == EINTR) {
      if (stop_requested) return false;
      continue;
    }
    if (n <= 0) return false;
    buffer.append(some, static_cast<size_t>(n));
  }
}

class Worker {
 public:
  Worker(const WorkerSettings& settings, const Registry& registry)
      : settings_(settings),
        registry_(registry),
        provenance_(process_provenance(settings.kernels, settings.device)),
        libraries_(hash_libraries(registry)) {}

  void carry_out(const GroupCommand& command) {
    std::vector<TrialConfig> trials;
    for (const std::string& line : command.trials) trials.push_back(parse_trial(line, registry_));
    if (command.action == GroupCommand::Action::measure) {
      for (const TrialConfig& trial : trials) {
        store_and_say(trial.id, [&] {
          measure_stored({settings_.store, at::Device(settings_.device), settings_.kernels, libraries_},
                         trial, data_of(trial));
          return trial_event(trial.id, store::Status::done);
        });
      }
    } else {
      train(trials);
    }
    say(event(WorkerEvent::Kind::end));
  }

 private:
  // Lanes of one step train together: all of a group, unless a checkpoint can't be used.
  void train(const std::vector<TrialConfig>& trials) {
    std::map<int64_t, Lanes> by_step;
    for (const TrialConfig& trial : trials) {
      std::optional<Checkpoint> saved;
      std::string why;
      if (settings_.checkpoint > 0)
        saved = find_checkpoint(settings_.store, trial, provenance_of(trial), why);
      if (!why.empty()) note(trial, why);
      Lanes& lanes = by_step[saved ? saved->so_far.steps : 0];
      lanes.trials.push_back(&trial);
      if (saved) lanes.checkpoints.push_back(std::move(*saved));
    }
    for (const auto& [step, lanes] : by_step)
      if (!stop_requested) train(lanes);
  }

  struct Lanes {
    std::vector<const TrialConfig*> trials;
    std::vector<Checkpoint> checkpoints;  // of each, or none
  };

  std::unique_ptr<Trainer> trainer_of(const Lanes& lanes) {
    const auto make = [&] {
      return std::make_unique<Trainer>(lanes.trials, data_of(*lanes.trials.at(0)),
                                       at::Device(settings_.device));
    };
    auto trainer = make();
    if (lanes.checkpoints.empty()) return trainer;
    try {
      trainer->resume(lanes.checkpoints);
      return trainer;
    } catch (const CheckpointMismatch& e) {
      for (const TrialConfig* trial : lanes.trials) note(*trial, e.what());
      return make();
    }
  }

  void train(const Lanes& lanes) {
    auto last = std::chrono::steady_clock::now();
    Trainer::Saving saving;
    if (settings_.checkpoint > 0) {
      saving.due = [&](int64_t) {
        const auto now = std::chrono::steady_clock::now();
        if (std::chrono::duration<double>(now - last).count() < settings_.checkpoint) return false;
        last = now;
        return true;
      };
      saving.save = [this](const Checkpoint& checkpoint) { save(checkpoint); };
    }
    trainer_of(lanes)->run(
        [](int64_t steps) {
          WorkerEvent progress = event(WorkerEvent::Kind::progress);
          progress.steps = steps;
          say(progress);
          return stop_requested == 0;
        },
        [&](const TrialResult& result) { finish(result); }, saving);
  }

  void finish(const TrialResult& result) {
    const store::TrialRecord record = to_record(result, provenance_of(*result.trial));
    store_and_say(record.id, [&] {
      if (result.outcome != Outcome::interrupted) {
        store::write_shard(settings_.store, record);
        store::remove_checkpoint(settings_.store, record.id);
      }
      WorkerEvent ended = trial_event(record.id, record.status);
      ended.reason = record.reason;
      ended.steps = record.steps;
      return ended;
    });
  }

  // One that can't be written costs the time since the last one if something happens, and nothing else.
  void save(const Checkpoint& checkpoint) {
    try {
      store::write_checkpoint(settings_.store,
                              to_record(checkpoint, provenance_of(*checkpoint.so_far.trial)));
    } catch (const std::exception& e) {
      std::fputs(fmt::format("no checkpoint: {}\n", e.what()).c_str(), stderr);
    }
  }

  void note(const TrialConfig& trial, const std::string& why) {
    WorkerEvent e = event(WorkerEvent::Kind::note);
    e.reason = fmt::format("{} begins anew: its checkpoint can't be used: {}", trial.id, why);
    say(e);
  }

  // A full disk is no reason to lose the other lanes.
  template <class Store>
  void store_and_say(const std::string& id, Store store) {
    WorkerEvent e;
    try {
      e = store();
    } catch (const store::CannotWrite& error) {
      e = event(WorkerEvent::Kind::unwritten);
      e.id = id;
      e.reason = error.what();
    }
    say(e);
  }

  Provenance provenance_of(const TrialConfig& trial) const {
    Provenance all = provenance_;
    for (auto& entry : plugin_provenance(trial, libraries_)) all.push_back(std::move(entry));
    return all;
  }

  // Files are read once a process, not once a group.
  SharedData data_of(const TrialConfig& trial) {
    auto& data = data_[trial.data->resolved + trial.train.dtype];
    if (!data)
      data = load_data(*trial.data, {at::TensorOptions(at::Device(settings_.device))
                                         .dtype(trial.train.dtype == "float64" ? at::kDouble : at::kFloat)});
    return data;
  }

  const WorkerSettings& settings_;
  const Registry& registry_;
  Provenance provenance_;
  LibraryHashes libraries_;
  std::map<std::string, SharedData> data_;
};

}  // namespace

int run_worker(const WorkerSettings& settings, const Registry& registry) {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_requested = 1; };
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // What a plugin starts must not keep the conversation open after this process.
  fcntl(commands_in, F_SETFD, FD_CLOEXEC);
  fcntl(events_out, F_SETFD, FD_CLOEXEC);
  at::set_num_threads(static_cast<int>(settings.threads));
  if (settings.kernels == "portable") use_portable_operators();
  Worker worker(settings, registry);
  std::string buffer, line;
  while (!stop_requested && next_line(buffer, line)) {
    try {
      worker.carry_out(command_from(line));
    } catch (const c10::Error& e) {
      say(error_event(e.what_without_backtrace()));
    } catch (const std::exception& e) {
      say(error_event(e.what()));
    }
  }
  return 0;
}

}  // namespace saddle
