#!/bin/sh
# A Debian of another machine in a folder, unpacked and never run: the libraries and headers that a cross build is made
# against, and that qemu's user mode takes for the machine's own (scripts/foreign.sh). All packages of it are fetched
# and unpacked, because not every -dev package can stand beside that of this machine.
# Usage: sysroot.sh ARCH [MIRROR]    (as root, into build/sysroot/ARCH; done already: nothing is done)
set -eu
cd "$(dirname "$0")/.."

arch=$1
mirror=${2:-http://deb.debian.org/debian}
root=build/sysroot/$arch
# What deps.sh installs here for a build and for unit tests, less what runs on this machine alone.
packages=libevent-dev,libjansson-dev,libyaml-dev,libsqlite3-dev,libssl-dev,libxlsxwriter-dev,libseccomp-dev,libcurl4-openssl-dev,zlib1g-dev,libcmocka-dev

[ -e "$root.made" ] && exit 0
rm -rf "$root"
mkdir -p build/sysroot
debootstrap --arch="$arch" --variant=minbase --foreign --include="$packages" bookworm "$root" "$mirror" >"$root.log" 2>&1 || {
	tail -n 20 "$root.log" >&2
	exit 1
}
# The first stage has unpacked the base alone.
for deb in "$root"/var/cache/apt/archives/*.deb; do
	dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink
done
rm -f "$root"/var/cache/apt/archives/*.deb
# A link to /lib/… means the folder's own, not this machine's.
find "$root" -lname '/*' | while IFS= read -r link; do
	ln -sfnr "$root$(readlink "$link")" "$link"
done
touch "$root.made"
