/* Fuzz target: a file as a network. What loads is saved and loaded to the same bytes, and computes. */
#include "use.h"

/* What a load may take: a buffer to begin with, and a multiple of the file, so that a small file cannot ask for much.
 */
enum { AT_LEAST = 1 << 17, TIMES = 32 };

const size_t fuzz_lead = 0;

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    snnd_context *context = fuzz_open();
    snnd_network *network = NULL, *twin = NULL;
    fuzz_write(fuzz_path("input"), data, size);
    fuzz_peak();
    const snnd_status status = MAY(context, snnd_network_load(context, fuzz_path("input"), &network));
    const size_t most = fuzz_peak();
    CLAIM(most <= AT_LEAST + TIMES * size, "a file of %zu bytes took %zu", size, most);
    CLAIM((network != NULL) == (status == SNND_OK), "'%s' and a network %p", snnd_status_string(status),
          (void *)network);
    if (network != NULL) {
        MUST(context, snnd_network_save(network, fuzz_path("first")));
        MUST(context, snnd_network_load(context, fuzz_path("input"), &twin));
        MUST(context, snnd_network_save(twin, fuzz_path("second")));
        fuzz_claim_same_files(fuzz_path("first"), fuzz_path("second"));
        fuzz_save_again(context, network);
    }
    if (network != NULL && fuzz_is_small(network)) {
        fuzz_look(context, network);
        fuzz_pass(context, network);
        fuzz_save_again(context, network);
    }
    snnd_network_free(twin);
    snnd_network_free(network);
    fuzz_close(context);
    return 0;
}
