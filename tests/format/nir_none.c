/* A build without HDF5: NIR is refused with a sentence, after the same checks. */
#include "format/scratch.h"
#include "support.h"

Suite *nir_none_suite(void);

START_TEST(nir_is_refused) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL, *loaded = NULL;
    OK(context, snnd_network_create(context, 3, &network));
    FAILS(context, SNND_ERROR_STATE, "no layers", snnd_network_save_nir(network, NULL, scratch("a")));
    OK(context, snnd_network_add_lif(network, NULL, NULL));
    FAILS(context, SNND_ERROR_UNSUPPORTED, "HDF5", snnd_network_save_nir(network, NULL, scratch("a")));
    FAILS(context, SNND_ERROR_IO, "open", snnd_network_load_nir(context, NULL, scratch("a"), &loaded));
    scratch_write(scratch("a"), "anything", 8);
    FAILS(context, SNND_ERROR_UNSUPPORTED, "HDF5", snnd_network_load_nir(context, NULL, scratch("a"), &loaded));
    ck_assert_ptr_null(loaded);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

Suite *nir_none_suite(void) {
    Suite *suite = suite_create("nir_none");
    TCase *cases = scratch_case(suite, "cases");
    tcase_add_test(cases, nir_is_refused);
    return suite;
}
