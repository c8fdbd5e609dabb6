/*
 * What a Cortex-M needs to run the driver under an emulator: the vector table, memory as C expects it, the FPU where
 * there is one, and output through semihosting (Arm IHI 0072): SYS_WRITE0 and SYS_EXIT.
 */
#include <stdint.h>

extern uint32_t stack_end, data_load, data_begin, data_end, bss_begin, bss_end; /* link.ld */

void put(const char *text);
void run(void);
void reset(void);
void fault(void);

enum { WRITE0 = 0x04, EXIT = 0x18, APPLICATION_EXIT = 0x20026, RUN_TIME_ERROR = 0x20023 };

static const struct {
    uint32_t *stack;
    void (*handler[15])(void); /* of reset and the faults */
} vectors __attribute__((section(".vectors"), used)) = {&stack_end, {reset, fault, fault, fault, fault, fault}};

static void ask(uint32_t operation, uintptr_t argument) {
    register uint32_t r0 __asm__("r0") = operation;
    register uintptr_t r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void put(const char *text) {
    ask(WRITE0, (uintptr_t)text);
}

void fault(void) {
    put("fault\n");
    for (;;)
        ask(EXIT, RUN_TIME_ERROR);
}

void reset(void) {
    uint32_t *from = &data_load, *to;
#if defined(__ARM_FP)
    *(volatile uint32_t *)0xe000ed88 |= 0xfu << 20; /* CPACR: the FPU for everybody */
    __asm__ volatile("dsb\n\tisb");
#endif
    for (to = &data_begin; to < &data_end;)
        *to++ = *from++;
    for (to = &bss_begin; to < &bss_end;)
        *to++ = 0;
    run();
    for (;;)
        ask(EXIT, APPLICATION_EXIT);
}
