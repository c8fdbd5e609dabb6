/* A library of another kind. */
int not_snndelay(void);
int not_snndelay(void) {
    return 0;
}
