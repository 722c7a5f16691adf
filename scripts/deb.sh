#!/bin/sh
# Builds the Debian packages of a source archive into a folder, and asks lintian about them.
# Usage: deb.sh ARCHIVE FOLDER [ARCH [MIRROR]]
# For another machine (ARCH: arm64) they are built, as root, in a Debian of its own in build/cross/ARCH, which has this
# machine's tools and the other one's libraries: the -dev packages of both cannot always stand side by side.
set -eu

archive=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
here=$(dpkg --print-architecture)
arch=${3:-$here}
mirror=${4:-http://deb.debian.org/debian}
cross=$(cd "$(dirname "$0")/.." && pwd)/build/cross/$arch

fail() {
	tail -n 40 "$folder/build.log" >&2
	exit 1
}

# With a /proc, where /dev/stdin leads; the mount is this command's own.
inside() {
	# shellcheck disable=SC2016
	unshare --mount sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	    HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive TZ=UTC sh -euc "$1"' "$cross" "$1"
}

make_debian() {
	rm -rf "$cross"
	mkdir -p "$(dirname "$cross")"
	debootstrap --variant=minbase --include="build-essential,ca-certificates,crossbuild-essential-$arch" bookworm "$cross" \
	    "$mirror" || return
	inside "dpkg --add-architecture $arch; apt-get -o APT::Sandbox::User=root update" &&
	    touch "$cross.made"
}

# What follows a failure in these two is not done: the shell does not see to that where they are asked for their result.
build_here() {
	cd "$folder/$source" &&
	    dpkg-buildpackage --unsigned-source --unsigned-changes --build=full
}

# Documents are built for the one machine alone, and the unit tests do not run there (nocheck).
build_there() {
	[ -e "$cross.made" ] || make_debian || return
	rm -rf "$cross/build"
	mkdir "$cross/build"
	cp -a "$folder/$source" "$cross/build/"
	inside "cd /build/$source
	    apt-get -o APT::Sandbox::User=root build-dep -y -qq --no-install-recommends -a $arch -P cross,nocheck .
	    dpkg-buildpackage --host-arch $arch --build-profiles=cross,nocheck --unsigned-source --unsigned-changes --build=any" &&
	    find "$cross/build" -maxdepth 1 -type f -exec cp {} "$folder" \;
}

cd "$folder"
rm -rf -- *
tar -xzf "$archive"
source=$(echo liandong-*)
if [ "$arch" = "$here" ]; then
	(build_here) >build.log 2>&1 || fail
else
	(build_there) >build.log 2>&1 || fail
fi
lintian --fail-on error,warning --tag-display-limit 0 ./*.changes
sha256sum ./*.deb
