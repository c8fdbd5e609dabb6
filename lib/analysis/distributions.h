/* The tails of distributions that tests and intervals need, in double precision. Where a tail may be smaller than a
 * double can be, its logarithm is what is worked out. */
#ifndef SNND_ANALYSIS_DISTRIBUTIONS_H
#define SNND_ANALYSIS_DISTRIBUTIONS_H

/* log10 of P(Z >= z) of the normal distribution. */
double snnd_normal_log10_tail(double z);
/* log10 of P(T >= t) of Student's distribution, and of P(F >= f), f >= 0, of Fisher's. */
double snnd_t_log10_tail(double t, double degrees);
double snnd_f_log10_tail(double f, double above, double below);

/* Where the tail is as given: z and t for a tail below 1/2, f for one between 0 and 1. */
double snnd_normal_critical(double tail);
double snnd_t_critical(double tail, double degrees);
double snnd_f_critical(double tail, double above, double below);

/* Two tails of log10 p each are one p, which is at most 1. */
double snnd_log10_of_both(double log10_p);

#endif
