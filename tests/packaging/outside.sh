#!/bin/sh
# What a user of the packages does, where they are installed: build a program with what pkg-config says, shared and
# static, and run it; use the library from Python; and have the example programs say what they are.
#
#     sh outside.sh PROGRAM.c [shared]        in an empty folder; `shared`: no more than the shared program and Python
set -eu
cc -std=c11 -Wall -Wextra -Werror "$1" $(pkg-config --cflags --libs snndelay) -o shared
readelf -d shared | grep 'NEEDED.*libsnndelay\.so\.[0-9.]*\]'
./shared
# The system's own Python, whatever else is in PATH. Isolated (-I), it has the installed package and no other.
/usr/bin/python3 -I -c '
import numpy, snndelay
x, y = numpy.zeros((256, 40, 2)), numpy.arange(256) % 2
for n in range(256):
    x[n, n % 20, 0] = x[n, n % 20 + (4 if y[n] else 12), 1] = 8
net = snndelay.Network(2)
net.add_delays(16)
net.add_batch_norm()
net.add_lif()
net.add_delays(2)
net.add_leaky_integrator()
trainer = snndelay.Trainer(net, epochs=40, batch=32)
*_, last = trainer.run(x, y)
assert trainer.evaluate(x, y).accuracy == 1, last
print(f"Python has trained {net} with {snndelay.library.path}")
'
[ "${2:-}" != shared ] || exit 0
# The system's own libraries stay shared, so that Fortran's, which only OpenBLAS's archive needs, may be missing.
cc -std=c11 -Wall -Wextra -Werror "$1" $(pkg-config --cflags snndelay) \
    $(pkg-config --static --libs snndelay | sed 's/-lsnndelay\b/-l:libsnndelay.a/; s/-lgfortran\b//g') -o static
if readelf -d static | grep libsnndelay; then
    echo 'outside: the static program needs the shared library' >&2
    exit 1
fi
./static
for program in snnd-train snnd-ablation snnd-fields snnd-report snnd-evaluate snnd-live snnd-make-digits snnd-nir \
    rawhd-train rawhd-ablation rawhd-receptive-fields rawhd-report; do
    "$program" --help >help
    head -n 1 help
done
