#include "sweep/runner.hpp"

#include <poll.h>
#include <signal.h>
#include <string.h>

#include <chrono>
#include <csignal>
#include <deque>
#include <limits>
#include <list>
#include <set>

#include "store/activity.hpp"
#include "store/atomic_file.hpp"
#include "store/checkpoint.hpp"
#include "store/shard.hpp"
#include "sweep/messages.hpp"
#include "sweep/process.hpp"
#include "sweep/progress.hpp"
#include "sweep/record.hpp"

namespace saddle {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

volatile std::sig_atomic_t interrupts = 0;  // a signal handler has nowhere else to write

// Ctrl-C and termination are counted while a runner is alive.
class SignalGuard {
 public:
  SignalGuard() {
    interrupts = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { interrupts = interrupts + 1; };
    sigaction(SIGINT, &action, &old_int_);
    sigaction(SIGTERM, &action, &old_term_);
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, &old_pipe_);
  }
  ~SignalGuard() {
    sigaction(SIGINT, &old_int_, nullptr);
    sigaction(SIGTERM, &old_term_, nullptr);
    sigaction(SIGPIPE, &old_pipe_, nullptr);
  }
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

 private:
  struct sigaction old_int_ {
  }, old_term_{}, old_pipe_{};
};

struct WorkerSlot {
  Process process;
  std::filesystem::path log;
  std::optional<Group> group;
  std::set<std::string> open;  // trials of the group that have not ended
  int64_t steps = 0;
  Clock::time_point since;
  std::filesystem::file_time_type since_on_disk;
  bool timed_out = false;
  std::optional<Clock::time_point> dismissed;  // told to go, because there is no more to do
};

class Runner {
 public:
  Runner(const RunnerSettings& settings, std::vector<Group> groups)
      : settings_(settings),
        queue_(groups.begin(), groups.end()),
        activity_(store::read_activity(settings.store)),
        bar_(settings.quiet) {
    activity_.running.clear();  // of a runner before
    for (const Group& group : queue_) {
      total_weight_ += group.weight;
      state_.trials += group.trials.size();
    }
  }

  RunnerSummary run() {
    process_provenance(settings_.kernels, settings_.device);  // workers inherit what it finds out
    std::filesystem::create_directories(settings_.store.trials());
    remove_leftovers();
    std::filesystem::create_directories(settings_.store.study / "logs");
    const auto wanted =
        std::min<size_t>(static_cast<size_t>(std::max<int64_t>(settings_.jobs, 1)), queue_.size());
    start_workers(wanted);
    while (!workers_.empty()) {
      poll_workers();
      obey_signals();
      watch_the_clock();
      show();
    }
    bar_.clear();
    // Those of workers whose runner was killed and who took longer to die than this one to begin.
    remove_leftovers();
    say_what_was_not_begun();
    return std::move(summary_);
  }

 private:
  void remove_leftovers() const {
    store::remove_stale_temporaries(settings_.store.trials());
    store::remove_stale_temporaries(settings_.store.checkpoints());
  }

  // Fewer workers do as well; without any there is nobody to wait for.
  void start_workers(size_t wanted) {
    try {
      while (workers_.size() < std::min(wanted, most_workers_) && !queue_.empty()) start_worker();
    } catch (const SpawnError& e) {
      if (workers_.empty()) throw no_worker(e);
      most_workers_ = workers_.size();
      bar_.say(fmt::format("going on with {} of {} worker processes: no more can be started ({})",
                           most_workers_, wanted, e.what()));
    }
  }

  UserError no_worker(const SpawnError& e) const {
    std::string message;
    for (const std::string& complaint : summary_.complaints) message += complaint + "\n";
    return UserError(message + fmt::format("no worker process can be started ({}): {} trials were not begun; "
                                           "the same command goes on with them",
                                           e.what(), queued_trials()));
  }

  void start_worker() {
    const auto log = settings_.store.study / "logs" / fmt::format("worker-{}.log", ++started_);
    Process::Command command;
    command.log = log;
    command.arguments = {settings_.program.string(),
                         "worker",
                         "--store",
                         settings_.store.base.string(),
                         "--device",
                         settings_.device,
                         "--kernels",
                         settings_.kernels,
                         "--threads",
                         fmt::format("{}", settings_.threads),
                         "--checkpoint",
                         fmt::format("{}", settings_.checkpoint)};
    for (const auto& folder : settings_.plugin_folders)
      command.arguments.insert(command.arguments.end(), {"--plugins", folder.string()});
    command.environment = {{"OMP_NUM_THREADS", "1"},
                           {"MKL_NUM_THREADS", "1"},
                           {"SADDLE_KERNELS", settings_.kernels},
                           {"SADDLE_PLUGIN_PATH", ""}};  // its folders are among --plugins
    if (settings_.kernels == "portable")
      // The same instructions everywhere: MKL's, ATen's and the C library's own choices are switched off.
      command.environment.insert(command.environment.end(),
                                 {{"MKL_CBWR", "COMPATIBLE"},
                                  {"ATEN_CPU_CAPABILITY", "default"},
                                  {"GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F"}});
    workers_.push_back({Process::spawn(command), log, std::nullopt, {}, 0, Clock::now(), {}, false, {}});
    hand_out(workers_.back());
  }

  // Gives an idle worker its next group; without one it may go. One that was told to die gets no more.
  void hand_out(WorkerSlot& worker) {
    worker.group.reset();
    worker.open.clear();
    if (worker.timed_out) return;
    if (queue_.empty() || stopping_ || full_) {
      worker.process.close_commands();
      worker.dismissed = Clock::now();
      return;
    }
    GroupCommand command;
    command.action =
        queue_.front().measure_only ? GroupCommand::Action::measure : GroupCommand::Action::train;
    for (const TrialConfig* trial : queue_.front().trials) command.trials.push_back(trial->resolved);
    worker.group = std::move(queue_.front());
    queue_.pop_front();
    worker.steps = worker.group->start;
    for (const TrialConfig* trial : worker.group->trials) worker.open.insert(trial->id);
    worker.since = Clock::now();
    worker.since_on_disk = std::filesystem::file_time_type::clock::now();
    tell_activity();
    // One that is gone already loses the group as if it had died on it: whatever kills workers before they
    // read must not go on for ever.
    worker.process.send(to_line(command));
  }

  // What `status` reads while this goes on.
  void tell_activity() {
    activity_.running.clear();
    for (const WorkerSlot& worker : workers_) {
      if (!worker.group || worker.group->measure_only) continue;
      for (const std::string& id : worker.open) {
        activity_.running[id] = worker.steps;
        activity_.interrupted.erase(id);
      }
    }
    store::write_activity(settings_.store, activity_);
  }

  void poll_workers() {
    std::vector<pollfd> descriptors;
    for (const WorkerSlot& worker : workers_) descriptors.push_back({worker.process.events(), POLLIN, 0});
    poll(descriptors.data(), descriptors.size(), 100);
    for (auto worker = workers_.begin(); worker != workers_.end();) {
      bool closed = false;
      const bool ended = worker->process.has_ended();  // asked first: what it said before is heard
      for (const std::string& line : worker->process.receive(closed)) hear(*worker, event_from(line));
      if (!closed && !ended) {
        ++worker;
        continue;
      }
      bury(*worker);
      worker = workers_.erase(worker);
    }
    if (!stopping_ && !full_) start_workers(static_cast<size_t>(std::max<int64_t>(settings_.jobs, 1)));
  }

  void hear(WorkerSlot& worker, const WorkerEvent& event) {
    switch (event.kind) {
      case WorkerEvent::Kind::progress:
        worker.steps = event.steps;
        return;
      case WorkerEvent::Kind::trial:
        count(worker, event);
        tell_activity();
        return;
      case WorkerEvent::Kind::unwritten:
        give_up_on_the_disk(worker, event);
        return;
      case WorkerEvent::Kind::note:
        if (!settings_.quiet) bar_.say("note: " + event.reason);
        return;
      case WorkerEvent::Kind::end:
        if (worker.timed_out) return;  // what it had no time for is seen when it has ended
        break;
      case WorkerEvent::Kind::error:
        lose(worker, event.reason, store::Status::failed);
        return hand_out(worker);
    }
    if (worker.group) finished_weight_ += worker.group->weight;
    hand_out(worker);
  }

  void count(WorkerSlot& worker, const WorkerEvent& event) {
    const bool interrupted = event.status == store::to_text(store::Status::interrupted);
    if (interrupted && worker.timed_out) return;
    worker.open.erase(event.id);
    if (interrupted) {
      activity_.interrupted[event.id] = event.steps;
      return;
    }
    ++state_.ended;
    if (worker.group && worker.group->measure_only)
      ++summary_.measured;
    else if (event.status == store::to_text(store::Status::done))
      ++summary_.done;
    else
      ++summary_.others[event.status];
    state_.others = summary_.others;
  }

  // What a worker's end means for the trials that it still had.
  void bury(WorkerSlot& worker) {
    const auto code =
        worker.process.wait(std::chrono::milliseconds(static_cast<int64_t>(1000 * settings_.grace)));
    if (!worker.group) return;
    if (stopping_) {
      if (!worker.group->measure_only)
        for (const std::string& id : worker.open) activity_.interrupted[id] = worker.steps;
      worker.open.clear();
      return tell_activity();
    }
    std::string reason;
    if (worker.timed_out)
      reason = fmt::format("it took longer than {} s", settings_.timeout);
    else if (!code)
      reason = fmt::format("its process spoke no more and did not end within {} s", settings_.grace);
    else if (*code == -SIGKILL)
      reason = "its process was killed (out of memory?)";
    else if (*code < 0)
      reason = fmt::format("its process crashed: {}", strsignal(-*code));
    else
      reason = fmt::format("its process ended with exit code {}", *code);
    reason += fmt::format("; see {}", worker.log.string());
    lose(worker, reason, worker.timed_out ? store::Status::timed_out : store::Status::failed);
  }

  // A worker may end between the shard and the word of it: what is on disk counts.
  std::optional<WorkerEvent> ended_on_disk(const WorkerSlot& worker, const TrialConfig& trial) const {
    const auto shard = settings_.store.shard(trial.id);
    std::error_code error;
    const auto written = std::filesystem::last_write_time(shard, error);
    if (error || worker.group->measure_only || written < worker.since_on_disk) return {};
    try {
      const store::Status status = store::read_shard(shard, store::Part::summary).status;
      if (!store::is_result(status)) return {};
      WorkerEvent event;
      event.kind = WorkerEvent::Kind::trial;
      event.id = trial.id;
      event.status = store::to_text(status);
      return event;
    } catch (const UserError&) {
      return {};  // not readable, so not finished
    }
  }

  // One by one again if they were together; otherwise this trial has failed.
  void lose(WorkerSlot& worker, const std::string& reason, store::Status status) {
    const bool alone = worker.group->trials.size() == 1;
    const double each = worker.group->weight / static_cast<double>(worker.group->trials.size());
    for (const TrialConfig* trial : worker.group->trials) {
      if (worker.open.contains(trial->id))
        if (const auto event = ended_on_disk(worker, *trial)) count(worker, *event);
      if (!worker.open.contains(trial->id)) {
        finished_weight_ += each;
        continue;
      }
      if (!alone) {
        queue_.push_back({{trial}, worker.group->measure_only, each, worker.group->start});
        continue;
      }
      finished_weight_ += each;
      fail(worker, *trial, status, reason);
    }
    worker.open.clear();
    tell_activity();
  }

  void fail(WorkerSlot& worker, const TrialConfig& trial, store::Status status, const std::string& reason) {
    worker.open.erase(trial.id);
    ++state_.ended;
    ++state_.failed;
    ++(status == store::Status::timed_out ? summary_.timed_out : summary_.failed);
    std::string complaint = fmt::format("{} {}: {}", trial.id, store::to_text(status), reason);
    const auto saved = store::checkpoint_steps(settings_.store);
    if (const auto step = saved.find(trial.id); step != saved.end())
      complaint += fmt::format("; running again goes on from its checkpoint at step {}", step->second);
    if (has_result(trial))
      complaint += "; its earlier result stays";
    else if (!keep_failure(trial, status, reason, worker.steps))
      complaint += "; not even that can be stored: the trial stays planned";
    summary_.complaints.push_back(std::move(complaint));
  }

  // What is being trained may yet find room; nothing else is begun.
  void give_up_on_the_disk(WorkerSlot& worker, const WorkerEvent& event) {
    full_ = true;
    for (const TrialConfig* trial : worker.group->trials)
      if (trial->id == event.id) fail(worker, *trial, store::Status::failed, event.reason);
    tell_activity();
  }

  // Measured again, or trained again by --retry.
  bool has_result(const TrialConfig& trial) const {
    try {
      const auto shard = settings_.store.shard(trial.id);
      return store::is_result(store::read_shard(shard, store::Part::summary).status);
    } catch (const UserError&) {
      return false;
    }
  }

  bool keep_failure(const TrialConfig& trial, store::Status status, const std::string& reason,
                    int64_t steps) const {
    store::TrialRecord record;
    record.id = trial.id;
    record.status = status;
    record.reason = reason;
    record.reason_step = steps;
    record.seed = trial.seed;
    record.steps = steps;
    record.config = trial.resolved;
    record.provenance = process_provenance(settings_.kernels, settings_.device);
    try {
      store::write_shard(settings_.store, record);
      return true;
    } catch (const store::CannotWrite&) {
      return false;
    }
  }

  size_t queued_trials() const {
    size_t count = 0;
    for (const Group& group : queue_) count += group.trials.size();
    return count;
  }

  void say_what_was_not_begun() {
    if (!full_ || queue_.empty()) return;
    summary_.complaints.push_back(
        fmt::format("results can't be stored: {} further trials were not begun; make room, and the same "
                    "command goes on with them",
                    queued_trials()));
  }

  void obey_signals() {
    if (interrupts == 0) return;
    if (!stopping_) {
      stopping_ = true;
      summary_.interrupted = true;
      bar_.say("stopping: what is finished is kept (again to stop at once)");
      for (WorkerSlot& worker : workers_) worker.process.signal(SIGTERM);
    } else if (interrupts > 1) {
      for (WorkerSlot& worker : workers_) worker.process.kill_group();
    }
  }

  void watch_the_clock() {
    for (WorkerSlot& worker : workers_)
      if (worker.dismissed && seconds_since(*worker.dismissed) > settings_.grace) worker.process.kill_group();
    if (settings_.timeout <= 0) return;
    for (WorkerSlot& worker : workers_) {
      if (!worker.group || worker.timed_out) continue;
      // Lanes share their group's time: each may take its own limit.
      const double allowed = settings_.timeout * static_cast<double>(worker.group->trials.size());
      if (seconds_since(worker.since) < allowed) continue;
      // It may leave a checkpoint, from which the same command goes on.
      worker.timed_out = true;
      worker.dismissed = Clock::now();
      worker.process.signal(SIGTERM);
    }
  }

  void show() {
    double done = finished_weight_;
    for (const WorkerSlot& worker : workers_)
      if (worker.group && !worker.group->measure_only)
        done += worker.group->weight *
                static_cast<double>(std::max<int64_t>(worker.steps - worker.group->start, 0)) /
                static_cast<double>(worker.group->trials[0]->train.steps - worker.group->start);
    state_.share = total_weight_ > 0 ? std::min(done / total_weight_, 1.0) : 0;
    bar_.show(state_);
  }

  const RunnerSettings& settings_;
  std::deque<Group> queue_;
  std::list<WorkerSlot> workers_;
  size_t most_workers_ = std::numeric_limits<size_t>::max();  // as many as could be started
  store::Activity activity_;
  RunnerSummary summary_;
  ProgressState state_;
  ProgressBar bar_;
  double total_weight_ = 0, finished_weight_ = 0;
  int started_ = 0;
  bool stopping_ = false;
  bool full_ = false;  // a result could not be stored
};

}  // namespace

RunnerSummary run_groups(const RunnerSettings& settings, std::vector<Group> groups) {
  if (groups.empty()) return {};
  const SignalGuard guard;
  return Runner(settings, std::move(groups)).run();
}

}  // namespace saddle
