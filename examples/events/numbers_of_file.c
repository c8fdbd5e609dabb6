#include "events/numbers_of_file.h"

#include <math.h>
#include <string.h>

/* ---- types ---- */

/* Checks that a number uses all of its bits, and determines the order of its bytes. */
static bool look_at(hid_t type, H5T_class_t class, struct number_type *found) {
    const H5T_order_t order = H5Tget_order(type);
    if (H5Tget_class(type) != class)
        return false;
    *found = (struct number_type){.width = (int)H5Tget_size(type), .is_big = order == H5T_ORDER_BE};
    return found->width >= 1 && found->width <= NUMBER_WIDEST && H5Tget_precision(type) == 8 * (size_t)found->width &&
           H5Tget_offset(type) == 0 && (order == H5T_ORDER_LE || order == H5T_ORDER_BE || found->width == 1);
}

/* Bits of exponent and mantissa of the formats of IEEE 754. */
static const struct {
    int width;
    size_t exponent, mantissa;
} formats[] = {{2, 5, 10}, {4, 8, 23}, {8, 11, 52}};

bool number_is_float(hid_t type, struct number_type *found) {
    size_t sign, at, exponent, from, mantissa;
    if (!look_at(type, H5T_FLOAT, found) || H5Tget_norm(type) != H5T_NORM_IMPLIED ||
        H5Tget_fields(type, &sign, &at, &exponent, &from, &mantissa) < 0)
        return false;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].width == found->width)
            return exponent == formats[i].exponent && mantissa == formats[i].mantissa && from == 0 && at == mantissa &&
                   sign == at + exponent && H5Tget_ebias(type) == ((size_t)1 << (exponent - 1)) - 1;
    return false;
}

bool number_is_integer(hid_t type, struct number_type *found) {
    if (!look_at(type, H5T_INTEGER, found) || (found->width & (found->width - 1)) != 0)
        return false;
    found->is_signed = H5Tget_sign(type) != H5T_SGN_NONE;
    return true;
}

/* ---- numbers ---- */

static uint64_t bits_of(const struct number_type *type, const unsigned char *bytes) {
    uint64_t bits = 0;
    for (int b = 0; b < type->width; b++)
        bits = bits << 8 | bytes[type->is_big ? b : type->width - 1 - b];
    return bits;
}

static double half_value(uint64_t bits) {
    const int exponent = (int)(bits >> 10 & 31);
    const double mantissa = (double)(bits & 1023);
    double value = exponent == 0    ? ldexp(mantissa, -24)
                   : exponent == 31 ? (mantissa == 0 ? INFINITY : NAN)
                                    : ldexp(1024 + mantissa, exponent - 25);
    return bits >> 15 & 1 ? -value : value;
}

double number_float(const struct number_type *type, const unsigned char *bytes) {
    const uint64_t bits = bits_of(type, bytes);
    const uint32_t low = (uint32_t)bits;
    float single;
    double value;
    if (type->width == 2)
        return half_value(bits);
    if (type->width == 4) {
        memcpy(&single, &low, sizeof single);
        return (double)single;
    }
    memcpy(&value, &bits, sizeof value);
    return value;
}

int64_t number_integer(const struct number_type *type, const unsigned char *bytes) {
    const uint64_t bits = bits_of(type, bytes), sign = UINT64_C(1) << (8 * type->width - 1);
    if (!type->is_signed)
        return bits > INT64_MAX ? INT64_MAX : (int64_t)bits;
    return (bits & sign) != 0 ? -(int64_t)(sign - (bits & (sign - 1)) - 1) - 1 : (int64_t)bits;
}

uint16_t number_half(double value) {
    int exponent;
    if (!(value >= ldexp(1, -14))) /* subnormal, or just not */
        return (uint16_t)nearbyint(ldexp(value, 24));
    frexp(value, &exponent); /* 2^(exponent - 1) <= value < 2^exponent */
    const uint16_t mantissa = (uint16_t)nearbyint(ldexp(value, 11 - exponent)); /* 1024 to 2048, which carries */
    return (uint16_t)(((exponent + 13) << 10) + mantissa);
}
