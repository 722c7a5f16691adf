#!/bin/bash
# Runs clang-tidy on one source, unless it was clean with the same text, that of all it includes, checks, flags and version.
# Usage: tidy.sh FOLDER CHECKS SOURCE FLAG …    (the folder keeps a file for each text that was clean)
set -u
folder=$1 checks=$2 source=$3
shift 3

text=$(clang "$@" -E -CC "$source") || exit 1
key=$({ clang-tidy --version; echo "$checks $*"; echo "$text"; } | sha256sum)
clean=$folder/${key%% *}
[ -e "$clean" ] && exit 0
said=$(clang-tidy --quiet "--checks=$checks" --warnings-as-errors='*' "$source" -- "$@" 2>&1)
wrong=$?
grep -v 'warnings\? generated\|^Suppressed\|^Use -header-filter' <<<"$said"
[ $wrong = 0 ] && mkdir -p "$folder" && touch "$clean"
exit $wrong
