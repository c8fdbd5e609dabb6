/*
 * Fuzz target: a checkpoint. The first byte chooses the trainer that it is loaded into, the rest is the file. A load
 * that fails leaves the trainer as it was, in every bit that a checkpoint would have of it; after one that succeeds
 * training goes on.
 */
#include "format/network_file.h"
#include "run_of.h"

const size_t fuzz_lead = 1;

static void save(run_of *run, const char *name, const char *note) {
    MUST(run->context, snnd_trainer_save_checkpoint(run->trainer, fuzz_path(name), note));
}

/* What was loaded is saved, loaded into another trainer of the kind, and saved: the same. */
static void save_again(run_of *run, int kind, const char *note) {
    run_of twin = run_create(run->context, kind);
    char *kept = NULL;
    save(run, "a", note);
    MUST(run->context, snnd_trainer_load_checkpoint(twin.trainer, fuzz_path("a"), &kept));
    CLAIM(strcmp(kept, note) == 0, "the note '%s' became '%s'", note, kept);
    save(&twin, "b", kept);
    fuzz_claim_same_files(fuzz_path("a"), fuzz_path("b"));
    snnd_string_free(run->context, kept);
    run_free(&twin);
}

static void go_on(run_of *run) {
    for (int step = 0; step < 3; step++)
        if (run_step(run) != SNND_OK)
            return;
    MAY(run->context, snnd_trainer_end_epoch(run->trainer));
    CLAIM(snnd_trainer_epochs_done(run->trainer) >= 0, "%d epochs are done", snnd_trainer_epochs_done(run->trainer));
    if (run_step(run) == SNND_OK)
        save(run, "on", NULL);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    if (size == 0)
        return 0;
    const int kind = data[0] % RUN_KINDS;
    snnd_context *context = fuzz_open();
    run_of run = run_create(context, kind);
    char *note = NULL;
    if (data[0] >= 128)
        run_step(&run);
    fuzz_write(fuzz_path("input"), data + 1, size - 1);
    save(&run, "before", NULL);
    if (MAY(context, snnd_trainer_load_checkpoint(run.trainer, fuzz_path("input"), &note)) == SNND_OK) {
        save_again(&run, kind, note);
        go_on(&run);
    } else {
        CLAIM(note == NULL, "a load that failed gave a note");
        save(&run, "after", NULL);
        fuzz_claim_same_files(fuzz_path("before"), fuzz_path("after"));
        CLAIM(run_step(&run) == SNND_OK, "training does not go on: %s", snnd_context_last_error(context));
    }
    snnd_string_free(context, note);
    run_free(&run);
    fuzz_close(context);
    return 0;
}
