/* Tail probabilities of distributions, for tests and intervals, in double precision. Where a tail may be too small for
 * a double, its logarithm is computed. */
#ifndef SNND_ANALYSIS_DISTRIBUTIONS_H
#define SNND_ANALYSIS_DISTRIBUTIONS_H

/* Returns log10 of P(Z >= z) of the normal distribution. */
double snnd_normal_log10_tail(double z);
/* Return log10 of P(T >= t) of Student's distribution, and of P(F >= f), f >= 0, of Fisher's distribution. */
double snnd_t_log10_tail(double t, double degrees);
double snnd_f_log10_tail(double f, double above, double below);

/* Return the value that has the given tail probability: z and t for a tail below 1/2, f for one between 0 and 1. */
double snnd_normal_critical(double tail);
double snnd_t_critical(double tail, double degrees);
double snnd_f_critical(double tail, double above, double below);

/* Converts the log10 of one tail into the log10 of the two-sided p, which is at most 1. */
double snnd_log10_of_both(double log10_p);

#endif
