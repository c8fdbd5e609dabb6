/* Trains a network to distinguish two rhythms by the time between two pulses, and saves it. */
#include <snndelay.h>
#include <stdio.h>

int main(void) {
    static float input[256][40][2]; /* samples, time steps, channels */
    int32_t label[256];
    for (int n = 0; n < 256; n++) {
        label[n] = n % 2;
        input[n][n % 20][0] = input[n][n % 20 + (label[n] ? 4 : 12)][1] = 8;
    }
    snnd_samples samples;
    snnd_samples_init(&samples, sizeof samples);
    samples.input = &input[0][0][0], samples.label = label;
    samples.samples = 256, samples.steps = 40, samples.channels = 2;
    snnd_trainer_options options;
    snnd_trainer_options_init(&options, sizeof options);
    options.epochs = 40, options.batch = 32;
    snnd_epoch_report report;
    snnd_epoch_report_init(&report, sizeof report);

    snnd_context *context = NULL;
    snnd_dataset *data = NULL;
    snnd_network *net = NULL;
    snnd_trainer *trainer = NULL;
    int failed = snnd_context_create(NULL, &context) || snnd_dataset_create(context, &samples, &data) ||
                 snnd_network_create(context, 2, &net) || snnd_network_add_delays(net, 16, NULL, NULL) ||
                 snnd_network_add_batch_norm(net, NULL, NULL) || snnd_network_add_lif(net, NULL, NULL) ||
                 snnd_network_add_delays(net, 2, NULL, NULL) || snnd_network_add_leaky_integrator(net, NULL, NULL) ||
                 snnd_trainer_create(net, &options, &trainer);
    for (int epoch = 0; !failed && epoch < options.epochs; epoch++)
        failed = snnd_trainer_epoch(trainer, data, NULL);
    failed = failed || snnd_trainer_evaluate(trainer, data, &report) || snnd_network_save(net, "rhythms.safetensors");
    if (failed)
        fprintf(stderr, "failed: %s\n", snnd_context_last_error(context));
    else
        printf("%.1f %% right\n", 100 * report.accuracy);
    snnd_trainer_free(trainer);
    snnd_network_free(net);
    snnd_dataset_free(data);
    snnd_context_free(context);
    return failed || fflush(stdout) != 0;
}
