#include <fstream>

#include "cli/command.hpp"
#include "cli/embedded.hpp"
#include "cli/reference.hpp"

namespace saddle::cli {
namespace {

namespace fs = std::filesystem;

struct NewOptions {
  std::string kind, name;
  fs::path out = ".";
};

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_snake_case(const std::string& name) {
  return !name.empty() && is_lower(name.front()) && name.back() != '_' &&
         name.find("__") == std::string::npos && name.size() <= 100 &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

/// "My-Loss", "MyLoss" -> "my_loss".
std::string snake_case(const std::string& name) {
  std::string snake;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool begins_word = is_upper(name[i]) && i > 0 && (is_lower(name[i - 1]) || is_digit(name[i - 1]));
    const bool part = is_lower(name[i]) || is_upper(name[i]) || is_digit(name[i]);
    if ((begins_word || !part) && !snake.empty() && snake.back() != '_') snake += '_';
    if (part) snake += is_upper(name[i]) ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
  }
  while (!snake.empty() && snake.back() == '_') snake.pop_back();
  return snake;
}

/// "my_loss" -> "MyLoss".
std::string class_name(const std::string& name) {
  std::string result;
  bool first = true;
  for (const char c : name) {
    if (c != '_') result += first && is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
    first = c == '_';
  }
  return result;
}

void check_name(Kind kind, const std::string& name, const Registry& registry) {
  if (!is_snake_case(name)) {
    const std::string near = snake_case(name);
    throw UserError(
        fmt::format("'{}' can't be a plugin's name: names are lower-case letters, digits and single '_', a "
                    "letter first{}",
                    name, is_snake_case(near) ? "; did you mean '" + near + "'?" : ""));
  }
  if (scalar_text(name) != name)
    throw UserError(
        fmt::format("'{}' can't be a plugin's name: YAML reads it as something else than a text", name));
  if (const RegisteredPlugin* taken = registry.find(kind, name))
    throw UserError(fmt::format("the {} '{}' is there already ({}); choose another name, my_{} for one",
                                kind_name(kind), name, taken->library.string(), name));
  const auto& taken = api_names();
  if (std::find(taken.begin(), taken.end(), class_name(name)) != taken.end())
    throw UserError(
        fmt::format("the class would be called {}, as one of Saddle's own; choose another name, "
                    "my_{} for one",
                    class_name(name), name));
}

std::string filled(std::string text, const std::vector<std::pair<std::string, std::string>>& words) {
  for (const auto& [placeholder, word] : words)
    for (size_t at = text.find(placeholder); at != std::string::npos;
         at = text.find(placeholder, at + word.size()))
      text.replace(at, placeholder.size(), word);
  return text;
}

void write(const fs::path& file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  out.close();
  if (!out) throw UserError(file.string() + " can't be written: is the disk full?");
}

/// Quoted where a shell would take it apart.
std::string shell_word(const std::string& text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:@%,";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  return "'" + filled(text, {{"'", "'\\''"}}) + "'";
}

int make_plugin(const NewOptions& o, Context& context) {
  const Kind kind = kind_named(o.kind);
  check_name(kind, o.name, context.load_plugins());
  const fs::path folder = (o.out / o.name).lexically_normal();
  if (fs::symlink_status(folder).type() != fs::file_type::not_found)
    throw UserError(fmt::format("{} is there already; choose another name, or another folder with --out DIR",
                                folder.string()));
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw UserError(fmt::format("{} can't be made: {}", folder.string(), error.message()));
  const std::vector<std::pair<std::string, std::string>> words = {
      {"NewPlugin", class_name(o.name)}, {"new_plugin", o.name}, {"new_kind", o.kind}};
  write(folder / (o.name + ".cpp"), filled(templates().at(o.kind + ".cpp"), words));
  write(folder / "CMakeLists.txt", filled(templates().at("CMakeLists.txt"), words));
  write(folder / "experiment.yaml", filled(templates().at(o.kind + ".yaml"), words));

  const std::string build = (folder / "build").string();
  const std::string program = shell_word(context.program.string());
  print(fmt::format(
      "{0}/ has {1}.cpp, CMakeLists.txt and experiment.yaml: a {2} of your own, to be changed. Next:\n"
      "  cmake -S {3} -B {4} -DSaddle_DIR={5}\n"
      "  cmake --build {4}\n"
      "  {6} check {7}\n"
      "  {6} run {8} --plugins {9}\n",
      folder.string(), o.name, o.kind, shell_word(folder.string()), shell_word(build),
      shell_word(context.package_folder().string()), program,
      shell_word(fmt::format("{}/plugins/{}.{}.so", build, o.kind, o.name)),
      shell_word((folder / "experiment.yaml").string()), shell_word(build + "/plugins")));
  return ExitCode::done;
}

}  // namespace

void add_new(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("new", "Starts a plugin of your own: a folder with all that it takes");
  auto o = std::make_shared<NewOptions>();
  verb->add_option("KIND", o->kind, "data, prior, generator, …")->required();
  verb->add_option("NAME", o->name, "Its name in experiments: my_loss")->required();
  verb->add_option("--out", o->out, "The folder that gets the folder NAME (default: here)")->type_name("DIR");
  verb->callback([o, &context] { context.action = [o, &context] { return make_plugin(*o, context); }; });
}

}  // namespace saddle::cli
