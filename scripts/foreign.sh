#!/bin/sh
# Runs a command in which programs of another machine run like any other: the kernel hands them to qemu's user mode,
# inside this command alone (a user namespace has a binfmt_misc of its own since Linux 6.7).
# Usage: foreign.sh ARCH COMMAND [ARGUMENT …]    (arm64 or s390x; scripts/sysroot.sh ARCH has been run)
set -eu

arch=$1
shift
here=$(cd "$(dirname "$0")/.." && pwd)
# Where the ELF header says class, byte order and machine; the type is a program's or a position-independent one's.
case $arch in
arm64)
	qemu=/usr/bin/qemu-aarch64-static
	magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
	mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
	;;
s390x)
	qemu=/usr/bin/qemu-s390x-static
	magic='\x7fELF\x02\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x16'
	mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff'
	;;
*)
	echo "foreign.sh: arm64 or s390x was expected, not '$arch'" >&2
	exit 2
	;;
esac
[ -e "$here/build/sysroot/$arch.made" ] || {
	echo "foreign.sh: scripts/sysroot.sh $arch has to be run before" >&2
	exit 2
}
export QEMU_LD_PREFIX="$here/build/sysroot/$arch"
# O: the program comes as a descriptor, because the daemon executes itself by one; P: with its name as it was given;
# F: qemu is opened now.
export FOREIGN=":foreign:M::$magic:$mask:$qemu:OPF"
# shellcheck disable=SC2016
exec unshare --user --map-root-user --mount sh -c '
	mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc &&
	printf %s "$FOREIGN" >/proc/sys/fs/binfmt_misc/register &&
	exec "$@"' sh "$@"
