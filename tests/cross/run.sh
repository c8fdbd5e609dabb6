#!/bin/sh
# Builds for another processor with Debian's cross compiler and runs the tests: 32-bit x86 as it is, with the address and
# undefined behaviour sanitizers, since sizes wrap there that do not elsewhere; others under qemu-user. (All but the
# kernels is built at -O1, since gcc 12.2 for aarch64 fails inside over two of the test programs when it vectorizes
# them.) Installs what is missing, which needs root or sudo.
#
#     sh tests/cross/run.sh i386|s390x|aarch64 [TEST...]      a TEST is golden, a module, or a suite of one, as
#                                                             train:checkpoint; all by default
#     sh tests/cross/run.sh i386|s390x|aarch64 packages       installs what is missing, and no more
set -eu
cd "$(dirname "$0")/../.."
arch=$1
shift
sanitizers= options=
case $arch in
i386)
    triple=i386-linux-gnu compiler=gcc-i686-linux-gnu libc=libc6-dev-i386-cross run=
    sanitizers='libasan8:i386 libubsan1:i386'
    options='-Db_sanitize=address,undefined -Db_lundef=false -Ddefault_library=static'
    ;;
s390x) triple=s390x-linux-gnu compiler=gcc-s390x-linux-gnu libc=libc6-dev-s390x-cross run=qemu-s390x-static ;;
aarch64) triple=aarch64-linux-gnu compiler=gcc-aarch64-linux-gnu libc=libc6-dev-arm64-cross run=qemu-aarch64-static ;;
*)
    echo "cross/run.sh: '$arch': expected i386, s390x or aarch64" >&2
    exit 2
    ;;
esac
[ "$arch" = aarch64 ] && debian=arm64 || debian=$arch

as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
# dpkg writes its list anew even where nothing is added, and fails when two of them do that at once.
dpkg --print-foreign-architectures | grep -qx "$debian" ||
    $as_root flock /var/lock/dpkg-architectures dpkg --add-architecture "$debian"
sh examples/install-missing.sh meson ninja-build pkg-config qemu-user-static "$compiler" "$libc" "libc6:$debian" \
    "libcjson-dev:$debian" "check:$debian" "libsubunit-dev:$debian" $sanitizers

[ "${1:-}" != packages ] || exit 0

build=${BUILD:-build-$arch}
export PKG_CONFIG_LIBDIR=/usr/lib/$triple/pkgconfig:/usr/share/pkgconfig
meson setup "$build" --cross-file "tests/cross/$arch.ini" -Dtests=enabled -Drecipes=disabled -Dnir=disabled -Devents=disabled -Dblas=disabled -Doptimization=1 $options --werror >"$build.log" 2>&1 ||
    { tail -n 20 "$build.log"; exit 1; }
ninja -C "$build" >>"$build.log" 2>&1 || { tail -n 40 "$build.log"; exit 1; }
rm -f "$build.log"

[ -z "$run" ] || export CK_TIMEOUT_MULTIPLIER=30
export CK_FORK=no # of a program that is sanitized or emulated takes longer than most checks
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
if [ $# -eq 0 ]; then
    set -- golden abi analysis base data delay faults format inference kernel model optimizer sparsity train
    # The export tests start programs that they have compiled, which qemu-user does not do for them.
    [ -n "$run" ] || set -- "$@" export
fi
for test in "$@"; do
    unset CK_RUN_SUITE
    case $test in
    *:*) export CK_RUN_SUITE="${test%:*}/${test#*:}" ;;
    esac
    case $test in
    golden) set -- "$build/tests/golden-check" --free tests/golden ;;
    abi) set -- "$build/tests/abi/test-abi" ;;
    *) set -- "$build/tests/test-${test%:*}" ;;
    esac
    if ! $run "$@" >"$build/said" 2>&1 || grep -q 'Checks: 0,' "$build/said"; then
        tail -n 20 "$build/said"
        echo "cross/run.sh: $arch: $test failed" >&2
        exit 1
    fi
    tail -n 1 "$build/said" | sed "s/^/$arch, $test: /"
done
