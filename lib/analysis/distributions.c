/*
 * Tails. Those of t and F are shares of the beta function,
 *
 *     I(x; a, b) = integral from 0 to x of s^(a-1) (1-s)^(b-1) / B(a, b)
 *     P(T >= t) = I(n / (n + t^2); n/2, 1/2) / 2                P(F >= f) = I(m / (m + n f); m/2, n/2)
 *
 * which are a continued fraction (Abramowitz and Stegun 1964, 26.5.8) times x^a (1-x)^b / (a B(a, b)). The logarithms
 * of Gamma in B are nearly as large as each other where a and b are large: what is left of them is written by
 * Stirling's formula and its remainder.
 */
#include "analysis/distributions.h"

#include <math.h>
#include <stdbool.h>

/* The square of a larger number, and the inverse square of a smaller one, cannot be a double. */
static const double FAR = 1e150;

/* ---- normal ---- */

/* Uses erfc while its result is a normal double, and then the asymptotic series. */
double snnd_normal_log10_tail(double z) {
    const double tail = erfc(z / sqrt(2)) / 2;
    if (tail > 1e-300)
        return log10(tail);
    const double inverse = 1 / (z * z);
    const double series = 1 - inverse * (1 - inverse * (3 - inverse * (15 - inverse * 105)));
    return -z * z / 2 / log(10) - log10(z * sqrt(2 * acos(-1))) + log10(series);
}

/* ---- beta ---- */

/* Returns log Gamma(a) minus Stirling's formula for it. The series is exact to a double from 16 on. */
static double remainder_of_stirling(double a) {
    if (a < 16)
        return log(tgamma(a)) - (a - 0.5) * log(a) + a - log(2 * acos(-1)) / 2;
    const double square = 1 / (a * a);
    return (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square / 1188)))) / a;
}

/* Returns log of x^a (1-x)^b / B(a, b). Here and below x is given as `odds` = (1-x) / x, since 1-x loses digits where a
 * is large. */
static double log_power(double a, double b, double odds) {
    return log(a * b / (2 * acos(-1) * (a + b))) / 2 + a * (log1p(b / a) - log1p(odds)) +
           b * (log1p(a / b) - log1p(1 / odds)) + remainder_of_stirling(a + b) - remainder_of_stirling(a) -
           remainder_of_stirling(b);
}

/* Computes 1 / (1 + d1 / (1 + d2 / ...)) by the method of Lentz (1976); about sqrt(max(a, b)) terms are enough. */
static double fraction(double a, double b, double x) {
    double top = 1, bottom = 0, result = 1, change = 0;
    for (int k = 1; k < 1000000 && fabs(change - 1) > 4e-16; k++) {
        const double m = floor(k / 2.0); /* the coefficients come in pairs */
        const double d = k % 2 == 1 ? -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
                                    : m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        bottom = 1 / (1 + d * bottom);
        top = 1 + d / top;
        change = top * bottom;
        result *= change;
    }
    return 1 / result;
}

/* Returns log of I(x; a, b) where the fraction is sure to converge: x at most (a + 1) / (a + b + 2). */
static double log_part(double a, double b, double odds) {
    return fmin(0, log_power(a, b, odds) + log(fraction(a, b, 1 / (1 + odds))) - log(a));
}

/* Returns log of I(x; a, b). */
static double log_share(double a, double b, double odds) {
    if (odds == 0)
        return 0;
    return odds >= (b + 1) / (a + 1) ? log_part(a, b, odds) : log1p(-exp(log_part(b, a, 1 / odds)));
}

double snnd_t_log10_tail(double t, double degrees) {
    const double ratio = fmin(fabs(t) / sqrt(degrees), FAR), odds = ratio > 1 / FAR ? ratio * ratio : 0;
    const double log_tail = log_share(degrees / 2, 0.5, odds) - log(2);
    return (t >= 0 ? log_tail : log1p(-exp(log_tail))) / log(10);
}

double snnd_f_log10_tail(double f, double above, double below) {
    const double odds = fmin(above / below * f, FAR * FAR);
    return log_share(below / 2, above / 2, odds > 1 / (FAR * FAR) ? odds : 0) / log(10);
}

double snnd_log10_of_both(double log10_p) {
    return fmin(0, log10_p + log10(2));
}

/* ---- critical values ---- */

typedef struct distribution {
    double (*log10_tail)(const struct distribution *of, double at);
    double above, below;
} distribution;

static double tail_of_normal(const distribution *of, double z) {
    (void)of;
    return snnd_normal_log10_tail(z);
}

static double tail_of_t(const distribution *of, double t) {
    return snnd_t_log10_tail(t, of->below);
}

static double tail_of_f(const distribution *of, double f) {
    return snnd_f_log10_tail(f, of->above, of->below);
}

/* The tail decreases from 0 on. Bisects until no double is between the ends. */
static double critical(const distribution *of, double tail) {
    const double wanted = log10(tail);
    double low = 0, high = 1;
    while (high < FAR && of->log10_tail(of, high) > wanted) {
        low = high;
        high *= 2;
    }
    for (int k = 0; k < 2000; k++) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            break;
        if (of->log10_tail(of, middle) > wanted)
            low = middle;
        else
            high = middle;
    }
    return high;
}

double snnd_normal_critical(double tail) {
    return critical(&(distribution){.log10_tail = tail_of_normal}, tail);
}

double snnd_t_critical(double tail, double degrees) {
    return critical(&(distribution){.log10_tail = tail_of_t, .below = degrees}, tail);
}

double snnd_f_critical(double tail, double above, double below) {
    return critical(&(distribution){.log10_tail = tail_of_f, .above = above, .below = below}, tail);
}
