/* A library of another interface, as far as somebody looks who asks for its version first. */
const char *snnd_version(void);
const char *snnd_version(void) {
    return "7.3.1";
}
