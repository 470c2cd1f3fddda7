#include <saddle/plugin.hpp>

#include "support/files.hpp"
#include "support/idx.hpp"
#include "support/split_data.hpp"

namespace {
using namespace saddle;

class FashionMnist final : public SplitData {
 public:
  static void describe(Schema<FashionMnist>& s) {
    s.summary(
         "Photographs of clothes, 28 × 28 grey levels: samples [1, 28, 28], labels 0 to 9; 60,000 to "
         "train, 10,000 held out (t10k).")
        .cites("Xiao, Rasul & Vollgraf 2017");
    s.param("path", &FashionMnist::path_, {.initial = Path()},
            "The folder of the four IDX files (.gz or not); by default fashion-mnist in $SADDLE_DATA or "
            "$SADDLE_HOME/data, these folders themselves, or that of Debian's package.");
    describe_scale(s);
  }

  std::vector<Path> files() const override {
    std::vector<Path> all;
    if (path_.empty())
      for (const std::string part : {"train", "t10k"})
        for (const std::string& name : {images_of(part), labels_of(part)})
          if (const auto file = first_there(candidates(name))) all.push_back(*file);
    return all;
  }

  void load() override {
    Batch train = read("train"), held_out = read("t10k");
    if (train.samples.sizes().slice(1) != held_out.samples.sizes().slice(1))
      throw ParamError("path", "images of the two parts differ in size");
    keep(std::move(train), std::move(held_out));
    scale_from(255);
  }

 private:
  static std::string images_of(const std::string& part) { return part + "-images-idx3-ubyte"; }
  static std::string labels_of(const std::string& part) { return part + "-labels-idx1-ubyte"; }

  std::vector<Path> candidates(const std::string& name) const {
    std::vector<Path> folders{path_}, all;
    if (path_.empty()) {
      folders.clear();
      for (const Path& folder : data_folders())
        folders.insert(folders.end(), {folder / "fashion-mnist", folder});
      folders.push_back("/usr/share/datasets/fashion-mnist");
    }
    for (const Path& folder : folders) all.insert(all.end(), {folder / (name + ".gz"), folder / name});
    return all;
  }

  Path find(const std::string& name) const {
    return first_existing(candidates(name), "Fashion-MNIST",
                          "Install Debian's package dataset-fashion-mnist, or give `path`.");
  }

  /// One part: samples [n, 1, height, width], labels [n].
  Batch read(const std::string& part) const {
    const Path images = find(images_of(part)), labels = find(labels_of(part));
    Batch result{parse_idx(map_bytes(images), 3, images.string()).unsqueeze(1),
                 parse_idx(map_bytes(labels), 1, labels.string()).to(at::kLong)};
    if (result.samples.size(0) != result.labels.size(0) || result.samples.numel() == 0)
      throw ParamError("path",
                       images.string() + " and " + labels.string() + " don't hold equally many samples");
    return result;
  }

  Path path_;
};
}  // namespace

SADDLE_PLUGIN(FashionMnist, "fashion_mnist")
