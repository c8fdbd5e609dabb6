/*
 * Exceptions in callbacks, by the way that the header and cpp-host.cpp show: caught inside, thrown on when the call has
 * returned. The run that was disturbed so is the run that was not, to the last bit. Says what is wrong, and fails.
 */
#include <snndelay.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

constexpr int samples = 32, steps = 20, channels = 2, epochs = 3;

/* What the host's callbacks do, and what they have thrown. */
struct Host {
    int left = -1; /* steps, or allocations, until one throws */
    int refusals = 0;
    std::exception_ptr thrown;

    void count() {
        if (left-- == 0)
            throw std::runtime_error("enough");
    }

    void rethrow() {
        if (thrown)
            std::rethrow_exception(std::exchange(thrown, nullptr));
    }
};

int progress(void *user, const snnd_progress *) noexcept {
    auto *host = static_cast<Host *>(user);
    try {
        host->count();
        return 0;
    } catch (...) {
        host->thrown = std::current_exception();
        return 1;
    }
}

void *allocate(void *user, size_t bytes, size_t alignment) noexcept {
    auto *host = static_cast<Host *>(user);
    try {
        host->count();
        return ::operator new(bytes, std::align_val_t(alignment));
    } catch (...) {
        host->refusals++;
        return nullptr;
    }
}

/* Aligned memory goes back as it came; all of the library's is aligned alike. */
void release(void *, void *memory) noexcept {
    ::operator delete(memory, std::align_val_t(64));
}

void check(snnd_context *context, snnd_status status) {
    if (status != SNND_OK)
        throw std::logic_error(snnd_context_last_error(context));
}

void expect(bool holds, const char *what) {
    if (!holds)
        throw std::logic_error(what);
}

/* A session with the library. A step throws when so many have been made, an allocation when so many were made in
 * training; -1: none. */
std::vector<float> train(Host &steps_of, Host &memory, int allocations) {
    snnd_context_options options;
    snnd_context *context = nullptr;
    snnd_context_options_init(&options, sizeof options);
    options.threads = 2;
    options.allocate = allocate, options.release = release, options.memory_user = &memory;
    expect(snnd_context_create(&options, &context) == SNND_OK, "no context");
    std::vector<float> input(samples * steps * channels);
    std::vector<int32_t> label(samples);
    for (int n = 0; n < samples; n++) {
        label[n] = n % 2;
        input[(n * steps + n % 8) * channels] = input[(n * steps + n % 8 + (n % 2 ? 3 : 9)) * channels + 1] = 5;
    }
    snnd_samples given;
    snnd_dataset *data = nullptr;
    snnd_network *net = nullptr;
    snnd_trainer *trainer = nullptr;
    snnd_samples_init(&given, sizeof given);
    given.input = input.data(), given.label = label.data();
    given.samples = samples, given.steps = steps, given.channels = channels;
    check(context, snnd_dataset_create(context, &given, &data));
    check(context, snnd_network_create(context, channels, &net));
    snnd_layer *layer = nullptr;
    check(context, snnd_network_add_delays(net, 6, nullptr, &layer));
    check(context, snnd_network_add_lif(net, nullptr, nullptr));
    check(context, snnd_network_add_delays(net, 2, nullptr, nullptr));
    check(context, snnd_network_add_leaky_integrator(net, nullptr, nullptr));
    snnd_trainer_options training;
    snnd_trainer_options_init(&training, sizeof training);
    training.epochs = epochs, training.batch = 8;
    training.progress = progress, training.progress_user = &steps_of;
    check(context, snnd_trainer_create(net, &training, &trainer));
    memory.left = allocations;
    while (snnd_trainer_epochs_done(trainer) < epochs) {
        const snnd_status status = snnd_trainer_epoch(trainer, data, nullptr);
        try {
            steps_of.rethrow();
        } catch (const std::runtime_error &) {
            expect(status == SNND_STOPPED, "an exception of a step did not stop the epoch");
            continue;
        }
        if (status == SNND_ERROR_MEMORY)
            expect(memory.refusals == 1, "memory failed, and no allocation had thrown");
        else
            check(context, status);
    }
    snnd_array weight;
    check(context, snnd_layer_array(layer, SNND_ARRAY_WEIGHT, &weight));
    const auto *first = static_cast<const float *>(weight.data);
    std::vector<float> result(first, first + snnd_array_count(&weight));
    snnd_trainer_free(trainer);
    snnd_network_free(net);
    snnd_dataset_free(data);
    snnd_context_free(context);
    return result;
}

} // namespace

int main() {
    try {
        Host calm, still;
        const auto expected = train(calm, still, -1);
        for (int step = 0; step < 5; step++) {
            Host thrower, quiet;
            thrower.left = step;
            expect(train(thrower, quiet, -1) == expected, "a step that threw has changed the run");
            expect(thrower.left < -1, "no step threw");
        }
        for (int allocation = 0; allocation < 5; allocation++) {
            Host quiet, thrower;
            expect(train(quiet, thrower, allocation) == expected, "an allocation that threw has changed the run");
            expect(thrower.refusals == 1, "no allocation threw");
        }
        return 0;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "exceptions: %s\n", error.what());
        return 1;
    }
}
