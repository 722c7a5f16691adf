#!/bin/sh
# The packages are built twice from the last commit, in two clones with other names, another time zone, language, umask and
# number of jobs: the same bytes. What a build says of its surroundings (.buildinfo, and .changes, which has its digest)
# is not compared.
# Usage: reproduce.sh
set -eu
export DEB_BUILD_OPTIONS=nocheck

here=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d -t liandong-reproduce-XXXXXX)
trap 'rm -rf "$work"' EXIT

build() { # NAME JOBS
	git clone -q "$here" "$work/$1"
	make -s -C "$work/$1" deb DEB_BUILD_OPTIONS="nocheck parallel=$2" >"$work/$1.log" 2>&1 || {
		tail -n 40 "$work/$1.log" >&2
		exit 1
	}
	(cd "$work/$1/build/deb" && sha256sum ./*.deb ./*.dsc ./*.tar.*) >"$work/$1.sums"
	cat "$work/$1"/build/*.tar.gz | sha256sum >>"$work/$1.sums"
}

(umask 022 && TZ=UTC LC_ALL=C.UTF-8 build one 2)
(umask 027 && TZ=Asia/Shanghai LC_ALL=C build another-name 1)
cat "$work/one.sums"
cmp "$work/one.sums" "$work/another-name.sums" || {
	diff "$work/one.sums" "$work/another-name.sums"
	echo "reproduce: two builds, other bytes" >&2
	exit 1
}
echo "reproduce: two builds, the same bytes"
