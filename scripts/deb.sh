#!/bin/sh
# Builds the Debian packages of a source archive into a folder, and asks lintian about them.
# Usage: deb.sh ARCHIVE FOLDER
set -eu

archive=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
cd "$folder"
rm -rf -- *
tar -xzf "$archive"
cd liandong-*/
dpkg-buildpackage --unsigned-source --unsigned-changes --build=full >../build.log 2>&1 || {
	tail -n 40 ../build.log >&2
	exit 1
}
cd ..
lintian --fail-on error,warning --tag-display-limit 0 ./*.changes
sha256sum ./*.deb
