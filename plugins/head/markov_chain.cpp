#include <saddle/plugin.hpp>

#include <ATen/ATen.h>

namespace {
using namespace saddle;

/// The most rows of raw numbers of one sample.
constexpr int64_t most_rows = 1 << 20;

class MarkovChain final : public Head {
 public:
  static void describe(Schema<MarkovChain>& s) {
    s.summary(
         "Symbols along the sample's axes but the last, each drawn given the `order` ones before it: one-hot "
         "samples. The raw output is [context, symbol]: ln of the probabilities up to a constant, a row for "
         "every context.")
        .cites("Durbin, Eddy, Krogh & Mitchison 1998, chapter 3");
    s.param("order", &MarkovChain::order_, {.initial = 1, .range = {0, 12}},
            "How many symbols before one change its probabilities.");
    s.param("positions", &MarkovChain::positions_, {.initial = "same", .choices = {"same", "own"}},
            "Whether probabilities are the same along the sequence, but for the first `order` symbols, which "
            "have fewer before them, or each position has its own (at order 0 a position-weight matrix).");
  }

  Shape raw_shape(const Shape& sample) const override {
    if (sample.empty() || sample.back() < 2)
      throw ParamError("use", "a symbol is one of at least two along the last axis of a sample");
    const int64_t symbols = sample.back();
    return {first_row(numel(sample) / symbols, symbols), symbols};
  }

  Tensor forward(const Params&, const Tensor& raw, Random& random) const override {
    const int64_t lanes = raw.size(0), batch = raw.size(1), symbols = raw.size(3);
    const Tensor noise = random.gumbel({batch, length_, symbols});
    Tensor context = at::zeros({lanes, batch}, raw.options().dtype(at::kLong));
    std::vector<Tensor> drawn;
    for (int64_t i = 0; i < length_; ++i) {
      const Tensor symbol = (row(raw.detach(), context, i) + noise.select(2, i)).argmax(-1);
      context = next(context, symbol, i, symbols);
      drawn.push_back(symbol);
    }
    const Tensor index = at::stack(drawn, 2).unsqueeze(3);
    Shape shape{lanes, batch};
    shape.insert(shape.end(), sample_.begin(), sample_.end());
    return at::zeros({lanes, batch, length_, symbols}, raw.options()).scatter(3, index, 1.0).reshape(shape);
  }

  void declare(Declare&, const Shape& sample) override {
    sample_ = sample;
    length_ = numel(sample) / sample.back();
  }

  Interval range() const override { return {0, 1}; }
  Support support() const override { return {.whole = true, .composition = true}; }
  bool discrete() const override { return true; }
  SampleGradient gradient() const override { return SampleGradient::score; }
  std::string inexact_second_derivatives() const override {
    return "are an estimate of their own, not the slopes of the first ones";
  }
  bool has_likelihood() const override { return true; }

  Tensor log_likelihood(const Params&, const Tensor& raw, const Tensor& samples) const override {
    const int64_t lanes = raw.size(0), batch = raw.size(1), symbols = raw.size(3);
    const Tensor log_p = at::log_softmax(raw.to(at::kDouble), -1);
    const Tensor all = samples.detach().reshape({lanes, batch, length_, symbols}).argmax(3);
    Tensor context = at::zeros({lanes, batch}, all.options());
    std::vector<Tensor> terms;
    for (int64_t i = 0; i < length_; ++i) {
      const Tensor symbol = all.select(2, i);
      terms.push_back(row(log_p, context, i).gather(2, symbol.unsqueeze(2)).squeeze(2));
      context = next(context, symbol, i, symbols);
    }
    return sample_sum(at::stack(terms, 2)).to(raw.scalar_type());
  }

 private:
  /// How many of the symbols before position i count.
  int64_t depth(int64_t i) const { return std::min(i, order_); }

  static int64_t power(int64_t base, int64_t exponent) {
    int64_t result = 1;
    for (int64_t k = 0; k < exponent && result <= most_rows; ++k) result *= base;
    return result;
  }

  /// Where the rows of position i begin; of the length: how many rows there are.
  int64_t first_row(int64_t i, int64_t symbols) const {
    const bool own = positions_ == "own";
    int64_t rows = 0;
    for (int64_t k = 0; k < i && (own || k <= order_); ++k) {
      rows += power(symbols, depth(k));
      if (rows > most_rows)
        throw ParamError("order", "of " + std::to_string(symbols) + " symbols this has more than " +
                                      std::to_string(most_rows) + " contexts");
    }
    return rows;
  }

  /// [lane, batch, context, symbol], [lane, batch] -> [lane, batch, symbol]
  Tensor row(const Tensor& numbers, const Tensor& context, int64_t i) const {
    const int64_t symbols = numbers.size(3);
    const int64_t first = first_row(positions_ == "own" ? i : depth(i), symbols);
    const Tensor at_row = (context + first).unsqueeze(2).unsqueeze(3);
    return numbers.gather(2, at_row.expand({-1, -1, 1, symbols})).squeeze(2);
  }

  /// The context of position i + 1.
  Tensor next(const Tensor& context, const Tensor& symbol, int64_t i, int64_t symbols) const {
    return (context * symbols + symbol).remainder(power(symbols, depth(i + 1)));
  }

  int64_t order_{};
  std::string positions_;
  Shape sample_;
  int64_t length_ = 0;
};
}  // namespace

SADDLE_PLUGIN(MarkovChain, "markov_chain")
