/*
 * A C++17 program round the library: handles that free themselves, errors that are exceptions, exceptions that wait for
 * callbacks to return, and one plan whose streams run in threads of their own.
 *
 *     cpp-host [MODEL.safetensors]      a network for the rhythms of minimal.c; without one it is trained first
 */
#include <snndelay.h>

#include <array>
#include <cstdio>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

template <auto free> struct freed_by {
    template <class Handle> void operator()(Handle *handle) const {
        free(handle);
    }
};
using Context = std::unique_ptr<snnd_context, freed_by<snnd_context_free>>;
using Dataset = std::unique_ptr<snnd_dataset, freed_by<snnd_dataset_free>>;
using Network = std::unique_ptr<snnd_network, freed_by<snnd_network_free>>;
using Trainer = std::unique_ptr<snnd_trainer, freed_by<snnd_trainer_free>>;
using Plan = std::unique_ptr<snnd_plan, freed_by<snnd_plan_free>>;
using Stream = std::unique_ptr<snnd_stream, freed_by<snnd_stream_free>>;

void check(const Context &context, snnd_status status) {
    if (status != SNND_OK)
        throw std::runtime_error(context ? snnd_context_last_error(context.get()) : snnd_status_string(status));
}

/* A callback of the library's must not throw: what it calls may. The exception waits here until the call has returned.
 */
class Watch {
  public:
    explicit Watch(std::function<void(const snnd_progress &)> look) : look(std::move(look)) {
    }

    void attach(snnd_trainer_options &options) {
        options.progress = step;
        options.progress_user = this;
    }

    void rethrow() {
        if (thrown)
            std::rethrow_exception(std::exchange(thrown, nullptr));
    }

  private:
    static int step(void *user, const snnd_progress *progress) noexcept {
        auto *self = static_cast<Watch *>(user);
        try {
            self->look(*progress);
            return 0;
        } catch (...) {
            self->thrown = std::current_exception();
            return 1; /* stops the epoch, which a later call could finish */
        }
    }

    std::function<void(const snnd_progress &)> look;
    std::exception_ptr thrown;
};

/* What `create` gives through its last argument. */
template <class Handle, class Create> Handle make(const Context &context, Create create) {
    typename Handle::pointer handle = nullptr;
    check(context, create(&handle));
    return Handle(handle);
}

constexpr int steps = 40, channels = 2, epochs = 40;
using Rhythm = std::array<std::array<float, channels>, steps>;

Rhythm rhythm(int n) {
    Rhythm made{};
    made[n % 20][0] = made[n % 20 + (n % 2 ? 4 : 12)][1] = 8;
    return made;
}

Dataset make_data(const Context &context, int count) {
    std::vector<Rhythm> input;
    std::vector<int32_t> label;
    for (int n = 0; n < count; n++) {
        input.push_back(rhythm(n));
        label.push_back(n % 2);
    }
    snnd_samples samples;
    check(context, snnd_samples_init(&samples, sizeof samples));
    samples.input = input[0][0].data(), samples.label = label.data();
    samples.samples = count, samples.steps = steps, samples.channels = channels;
    return make<Dataset>(context, [&](auto out) { return snnd_dataset_create(context.get(), &samples, out); });
}

Network train(const Context &context) {
    auto net = make<Network>(context, [&](auto out) { return snnd_network_create(context.get(), channels, out); });
    check(context, snnd_network_add_delays(net.get(), 16, nullptr, nullptr));
    check(context, snnd_network_add_batch_norm(net.get(), nullptr, nullptr));
    check(context, snnd_network_add_lif(net.get(), nullptr, nullptr));
    check(context, snnd_network_add_delays(net.get(), 2, nullptr, nullptr));
    check(context, snnd_network_add_leaky_integrator(net.get(), nullptr, nullptr));
    snnd_trainer_options options;
    check(context, snnd_trainer_options_init(&options, sizeof options));
    options.epochs = epochs, options.batch = 32;
    Watch watch([](const snnd_progress &now) {
        if (now.epoch == epochs - 1 && now.step == now.steps && now.accuracy < 0.9)
            throw std::runtime_error("the network does not learn");
    });
    watch.attach(options);
    const auto data = make_data(context, 256);
    auto trainer = make<Trainer>(context, [&](auto out) { return snnd_trainer_create(net.get(), &options, out); });
    while (snnd_trainer_epochs_done(trainer.get()) < epochs) {
        const snnd_status status = snnd_trainer_epoch(trainer.get(), data.get(), nullptr);
        watch.rethrow();
        check(context, status);
    }
    return net;
}

Network load(const Context &context, const char *path) {
    return make<Network>(context, [&](auto out) { return snnd_network_load(context.get(), path, out); });
}

/* The class that a stream settles on, frame by frame; runs in any thread. */
int listen(snnd_stream *stream, const Rhythm &input) {
    std::array<float, 2> scores{};
    for (const auto &frame : input)
        if (snnd_stream_push(stream, frame.data(), nullptr, scores.data()) != SNND_OK)
            throw std::runtime_error(snnd_stream_last_error(stream));
    return scores[1] > scores[0];
}

void run(const char *model) {
    constexpr int inputs = 8;
    const auto context = make<Context>(Context(), [](auto out) { return snnd_context_create(nullptr, out); });
    const auto net = model != nullptr ? load(context, model) : train(context);
    const auto plan = make<Plan>(context, [&](auto out) { return snnd_plan_create(net.get(), out); });
    if (snnd_plan_inputs(plan.get()) != channels || snnd_plan_outputs(plan.get()) != 2)
        throw std::runtime_error("the network is not for these rhythms: expected 2 inputs and 2 outputs");
    std::vector<Stream> streams;
    for (int i = 0; i < inputs; i++)
        streams.push_back(
            make<Stream>(context, [&](auto out) { return snnd_stream_create(plan.get(), nullptr, out); }));
    std::vector<std::future<int>> heard;
    for (int i = 0; i < inputs; i++)
        heard.push_back(std::async(std::launch::async, listen, streams[i].get(), rhythm(i)));
    int right = 0;
    for (int i = 0; i < inputs; i++)
        right += heard[i].get() == i % 2; /* throws what its thread threw */
    if (std::printf("%d of %d streams right\n", right, inputs) < 0 || std::fflush(stdout) != 0)
        throw std::runtime_error("cannot write to standard output");
}

} // namespace

int main(int count, char **arguments) {
    try {
        run(count > 1 ? arguments[1] : nullptr);
        return 0;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "cpp-host: %s\n", error.what());
        return 1;
    }
}
