#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/run.hpp"
#include "recipe/verdict.hpp"
#include "schema/suggest.hpp"

namespace saddle::cli {
namespace {

namespace fs = std::filesystem;

struct ReproduceOptions {
  std::string recipe;
  fs::path out = ".";
  int64_t jobs = 0;
  bool quiet = false;
  FormatOption format;
};

// Beside an installed program, in the source tree that it was built from, here.
std::vector<fs::path> experiment_folders(const Context& context) {
  return {context.program.parent_path().parent_path() / "share/saddle/experiments",
          fs::path(SADDLE_SOURCE_FOLDER) / "experiments", "experiments"};
}

// By the name of their folder.
std::map<std::string, fs::path> find_recipes(const Context& context) {
  std::map<std::string, fs::path> recipes;
  std::error_code ignored;
  for (const fs::path& folder : experiment_folders(context))
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (fs::exists(entry.path() / "recipe.yaml"))
        recipes.try_emplace(entry.path().filename().string(), entry.path() / "recipe.yaml");
  return recipes;
}

fs::path recipe_file(const std::string& word, const Context& context) {
  if (fs::is_directory(word)) return fs::path(word) / "recipe.yaml";
  if (fs::exists(word)) return word;
  const auto recipes = find_recipes(context);
  if (const auto found = recipes.find(word); found != recipes.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [name, path] : recipes) names.push_back(name);
  throw UserError(
      fmt::format("there is no recipe '{}'{}; there are {}; a recipe of your own is named by its file", word,
                  did_you_mean(word, names), fmt::join(names, ", ")));
}

int list(const ReproduceOptions& o, const Context& context) {
  analysis::Table table({{"recipe"}, {"what"}, {"source"}});
  for (const auto& [name, path] : find_recipes(context)) {
    const Recipe recipe = read_recipe(path);
    table.row({name, recipe.summary, recipe.source});
  }
  table.note("saddle reproduce RECIPE runs its experiments here and judges them");
  print(table.render(o.format.get(), terminal_width()));
  return ExitCode::done;
}

// By the experiment's name. Nothing if a run was interrupted or failed: its exit code is in `code`.
std::map<std::string, store::Store> run_all(const Recipe& recipe, const ReproduceOptions& o, Context& context,
                                            int& code) {
  std::map<std::string, store::Store> stores;
  for (const fs::path& file : recipe.runs) {
    RunOptions run;
    run.words = {file.string()};
    run.jobs = o.jobs;
    run.quiet = o.quiet;
    run.table = false;
    run.out = (o.out / file.stem()).string();
    code = run_experiment(run, context);
    if (code != ExitCode::done && code != ExitCode::trial_failed) return {};
    store::Store store = store::Store::open(*run.out);
    const std::string name = store.plan().experiment;
    stores.emplace(name, std::move(store));
  }
  return stores;
}

int reproduce(const ReproduceOptions& o, Context& context) {
  if (o.recipe.empty()) return list(o, context);
  ReproduceOptions here = o;
  const Recipe recipe = read_recipe(recipe_file(o.recipe, context));
  here.out = o.out / recipe.name;
  fs::create_directories(here.out);
  int code = ExitCode::done;
  const auto stores = run_all(recipe, here, context, code);
  if (stores.empty()) return code;
  size_t judged = 0, passed = 0;
  nlohmann::ordered_json tables = nlohmann::ordered_json::array();
  const bool as_json = o.format.get() == analysis::Format::json;
  for (const Claim& claim : recipe.claims) {
    const auto store = stores.find(claim.run);
    if (store == stores.end())
      throw UserError(fmt::format("{}: a claim is about the experiment {}, which the recipe doesn't run",
                                  recipe.name, claim.run));
    const auto verdicts = judge(claim, store->second);
    const std::string text = verdict_table(claim, verdicts).render(o.format.get(), terminal_width());
    if (as_json)
      tables.push_back(nlohmann::ordered_json::parse(text));
    else
      print(text + "\n");
    if (!claim.verdict) continue;
    judged += verdicts.size();
    passed += static_cast<size_t>(
        std::count_if(verdicts.begin(), verdicts.end(), [](const Verdict& v) { return v.passed; }));
  }
  const bool pass = passed == judged && judged > 0;
  if (as_json)
    print(nlohmann::ordered_json({{"recipe", recipe.name},
                                  {"verdict", pass ? "PASS" : "FAIL"},
                                  {"passed", passed},
                                  {"judged", judged},
                                  {"claims", tables}})
              .dump(2) +
          "\n");
  else
    print(fmt::format("{}: {}, {} of {} numbers as they should be ({})\n", recipe.name,
                      pass ? "PASS" : "FAIL", passed, judged, recipe.source));
  return pass ? ExitCode::done : ExitCode::verdict_fail;
}

}  // namespace

void add_reproduce(CLI::App& app, Context& context) {
  auto* verb =
      app.add_subcommand("reproduce", "Runs a paper's experiments and judges them beside its numbers");
  auto o = std::make_shared<ReproduceOptions>();
  verb->add_option("RECIPE", o->recipe, "A recipe's name or file; without one: which there are");
  verb->add_option("--out", o->out, "The folder that gets a folder RECIPE with the stores (default: here)")
      ->type_name("DIR");
  verb->add_option("--jobs", o->jobs, "Worker processes (default: the cores)")->check(CLI::Range(1, 100000));
  verb->add_flag("--quiet", o->quiet, "No progress and no hints");
  o->format.add(*verb, "text|markdown|json");
  context.add_plugins_option(*verb);
  verb->callback([o, &context] { context.action = [o, &context] { return reproduce(*o, context); }; });
}

}  // namespace saddle::cli
