/*
 * Fuzz target: the saved state of a stream. The first byte chooses network, readout, and whether size, magic,
 * fingerprint, readout and checksum are put right before the bytes are given to snnd_stream_restore(); the rest is the
 * state. One that is refused leaves the stream as it was; one that is taken is saved as the same bytes, and frames go
 * on from it.
 */
#include <math.h>

#include "fuzz.h"
#include "inference/stream.h"

enum { INPUTS = 3, HEAD = 24, CHECKSUM = 8 };

static snnd_network *make_network(snnd_context *context, int kind) {
    snnd_network *network = NULL;
    snnd_delay_options delays;
    snnd_lif_options lif;
    MUST(context, snnd_delay_options_init(&delays, sizeof delays));
    MUST(context, snnd_lif_options_init(&lif, sizeof lif));
    lif.order = kind == 2 ? SNND_ORDER_UPDATE_FIRST : SNND_ORDER_PAPER; /* which has no currents in its state */
    delays.max_delay = kind == 0 ? 0 : 4;
    delays.synapses_per_pair = kind == 2 ? 2 : 1;
    delays.sharing = kind == 3 ? SNND_SHARING_AXONAL : kind == 2 ? SNND_SHARING_DENDRITIC : SNND_SHARING_NONE;
    MUST(context, snnd_network_create(context, INPUTS, &network));
    MUST(context, snnd_network_add_delays(network, 4, &delays, NULL));
    MUST(context, snnd_network_add_batch_norm(network, NULL, NULL));
    MUST(context, snnd_network_add_lif(network, &lif, NULL));
    if (kind == 3)
        return network;
    MUST(context, snnd_network_add_delays(network, 2, &delays, NULL));
    MUST(context, snnd_network_add_leaky_integrator(network, NULL, NULL));
    return network;
}

static const float frames[3][INPUTS] = {{8, 0, -1}, {0, 0, 0}, {0.5f, 16, 0}};

/* Pushes frames; the two streams, which are in the same state, must go the same way. */
static void go_on(snnd_stream *stream, snnd_stream *twin) {
    float potentials[2][4] = {{0}}, scores[2][4] = {{0}};
    const int32_t channels[] = {0, 2, 2};
    for (int f = 0; f < 6; f++) {
        snnd_status status[2];
        for (int s = 0; s < 2; s++)
            status[s] = f < 3 ? snnd_stream_push(s == 0 ? stream : twin, frames[f], potentials[s], scores[s])
                              : snnd_stream_push_events(s == 0 ? stream : twin, channels, 3, potentials[s], scores[s]);
        CLAIM(status[0] == status[1], "'%s' and '%s'", snnd_status_string(status[0]), snnd_status_string(status[1]));
        CLAIM(status[0] == SNND_OK || (status[0] == SNND_ERROR_NUMERIC && snnd_stream_last_error(stream)[0] != '\0'),
              "push gave '%s'", snnd_status_string(status[0]));
        if (status[0] != SNND_OK)
            return;
        CLAIM(memcmp(potentials[0], potentials[1], sizeof potentials[0]) == 0 &&
                  memcmp(scores[0], scores[1], sizeof scores[0]) == 0,
              "two streams of one state part at frame %d", f);
    }
    CLAIM(snnd_stream_frames(stream) > 0, "%lld frames", (long long)snnd_stream_frames(stream));
}

/* Restores a state of the input and claims what must be. `saved` has room for two states. */
static void restore(snnd_stream *stream, const unsigned char *state, size_t size, unsigned char *saved) {
    const size_t whole = snnd_stream_state_size(stream);
    snnd_stream *twin = NULL;
    MUST(NULL, snnd_stream_save(stream, saved, whole));
    stream->error[0] = '\0';
    const snnd_status status = snnd_stream_restore(stream, state, size);
    CLAIM(status == SNND_OK || (status == SNND_ERROR_FORMAT && stream->error[0] != '\0'), "'%s' with '%s'",
          snnd_status_string(status), stream->error);
    MUST(NULL, snnd_stream_save(stream, saved + whole, whole));
    CLAIM(memcmp(saved + whole, status == SNND_OK ? state : saved, whole) == 0, "'%s', and the state is another",
          snnd_status_string(status));
    MUST(NULL, snnd_stream_clone(stream, &twin));
    if (status == SNND_OK)
        MUST(NULL, snnd_stream_restore(twin, state, size));
    go_on(stream, twin);
    snnd_stream_free(twin);
}

/* FNV-1a of the bytes, behind them. */
static void put_checksum(unsigned char *bytes, size_t count) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t k = 0; k < count; k++)
        hash = (hash ^ bytes[k]) * UINT64_C(0x100000001b3);
    for (int b = 0; b < CHECKSUM; b++)
        bytes[count + (size_t)b] = (unsigned char)(hash >> 8 * b);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    if (size == 0)
        return 0;
    snnd_context *context = fuzz_open();
    snnd_network *network = make_network(context, data[0] & 3);
    snnd_plan *plan = NULL;
    snnd_stream *stream = NULL;
    snnd_stream_options options;
    MUST(context, snnd_stream_options_init(&options, sizeof options));
    options.readout = SNND_READOUT_SOFTMAX_SUM + (data[0] >> 2) % 5;
    MUST(context, snnd_plan_create(network, &plan));
    MUST(context, snnd_stream_create(plan, &options, &stream));
    MUST(NULL, snnd_stream_push(stream, frames[0], NULL, NULL));
    const size_t whole = snnd_stream_state_size(stream), given = data[0] & 128 ? whole : size - 1;
    unsigned char *state = calloc(given + 1, 1), *exact = malloc(given > 0 ? given : 1), *saved = malloc(2 * whole);
    memcpy(state, data + 1, given < size - 1 ? given : size - 1);
    MUST(NULL, snnd_stream_save(stream, saved, whole));
    if (data[0] & 128) {
        memcpy(state, saved, HEAD);
        put_checksum(state, whole - CHECKSUM);
    }
    memcpy(exact, state, given);
    restore(stream, exact, given, saved);
    free(state);
    free(exact);
    free(saved);
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    snnd_network_free(network);
    fuzz_close(context);
    return 0;
}
