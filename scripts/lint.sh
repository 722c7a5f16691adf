#!/bin/bash
# make lint: gcc and clang with warnings as errors, clang-format, cppcheck, clang-tidy, shellcheck,
# the house's own rules; and the public tools on what we publish: redocly on docs/openapi.yaml,
# promtool on /metrics, mandoc on the man pages. Every part runs; the last line says which failed.
# Usage: lint.sh [gcc|clang|format|cppcheck|tidy|shell|house|page|openapi|metrics|man …]
set -u
cd "$(dirname "$0")/.." || exit 1
build=build/lint
jobs=$(nproc)

# The Makefile's own flags, not a second list of them; the headers that it generates must be there.
mapfile -t generated < <(grep -o 'gen/[a-z_]*\.h' Makefile | sort -u)
make --no-print-directory -s "B=$build" "${generated[@]/#/$build/}" || exit 1
flags=()
# shellcheck disable=SC2016
eval "flags=($(make --no-print-directory -s "B=$build" --eval 'lint-flags: ; $(info $(ALLCFLAGS))@:' lint-flags))"
mapfile -t sources < <(find src tests/unit tests/bench tests/fuzz docs/example -name '*.c' 2>/dev/null | sort)
mapfile -t headers < <(find src include tests -name '*.h' | sort)
mapfile -t own < <(printf '%s\n' "${sources[@]}" | grep '^src/')

each() { # the compiler or checker over all sources given on standard input, on all processors
	xargs -0 -n 1 -P "$jobs" "$@"
}

all_sources() {
	printf '%s\0' "${sources[@]}"
}

lint_gcc() {
	all_sources | each gcc "${flags[@]}" -Itests/unit -Werror -Wwrite-strings -Wredundant-decls \
	    -Wold-style-definition -Wnested-externs -Wduplicated-cond -Wcast-align \
	    -Wunused-macros -Wtrampolines -c -o /dev/null
}

# Off for clang: {SAME} leaves the rest of a table's entry zero on purpose, and refuse() hands its
# two formats down.
lint_clang() {
	all_sources | each clang "${flags[@]}" -Itests/unit -Wall -Wextra -Werror -Wwrite-strings \
	    -Wcomma -Wunreachable-code -Wno-missing-field-initializers -Wno-format-nonliteral -fsyntax-only
}

lint_format() {
	printf '%s\0' "${sources[@]}" "${headers[@]}" | xargs -0 -n 16 -P "$jobs" clang-format --dry-run -Werror
}

# cppcheck and clang-tidy take minutes: what was clean, and has not changed with all that it includes, is not checked again
# (build/lint; `make clean` forgets it).
#
# Suppressed:
#   missingIncludeSystem    its own models of libc serve better than the headers
#   shiftTooManyBitsSigned  zigzag of int64: gcc and clang shift arithmetically, and say so
#   varFuncNullUB           NULL is a pointer here, as POSIX has it
#   readdirCalled           is safe between threads that do not share the folder; readdir_r is deprecated
#   getpwnamCalled, getpwuidCalled  the supervisor and liandongctl, which alone call them, have no threads
#   uninitvar in three files  it does not follow snprintf and strtod that fill what is passed to them
#   invalidFunctionArg in one  mmap of no file takes -1, which its model of posix does not know
lint_cppcheck() {
	mkdir -p "$build/cppcheck"
	cppcheck --quiet --cppcheck-build-dir="$build/cppcheck" -j "$jobs" --std=c11 --library=posix --library=scripts/cppcheck.cfg \
	    --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    --suppress=missingIncludeSystem --suppress=shiftTooManyBitsSigned \
	    --suppress=varFuncNullUB --suppress=readdirCalled --suppress=getpwnamCalled:src/supervisor/privilege.c \
	    --suppress=getpwnamCalled:src/ctl/needs.c --suppress=getpwuidCalled:src/ctl/needs.c \
	    --suppress=uninitvar:src/base/log.c --suppress=uninitvar:src/domain/value.c \
	    --suppress=uninitvar:src/text/cache.c --suppress=legacyUninitvar:src/text/cache.c \
	    --suppress=invalidFunctionArg:src/text/cache.c \
	    -D_GNU_SOURCE '-DLIANDONG_VERSION=""' -Isrc -Iinclude "-I$build/gen" "${own[@]}"
}

# Off, because they speak of what the house does on purpose:
#   easily-swappable-parameters, narrowing-conversions, reserved-identifier (_GNU_SOURCE),
#   implicit-widening, branch-clone (tables), assignment-in-if-condition (while ((n = read()) > 0)),
#   macro-parentheses (X-macros whose arguments are names), sizeof-expression (arrays of pointers);
#   and because they are wrong: DeprecatedOrUnsafeBufferHandling (snprintf_s exists nowhere),
#   valist.Uninitialized, UnixAPI (an empty calloc is a good calloc), not-null-terminated-result
#   (struct str and struct buf have lengths)
lint_tidy() {
	local checks='-*,bugprone-*,clang-analyzer-*'
	checks+=,-bugprone-easily-swappable-parameters,-bugprone-narrowing-conversions
	checks+=,-bugprone-reserved-identifier,-bugprone-implicit-widening-of-multiplication-result
	checks+=,-bugprone-branch-clone,-bugprone-assignment-in-if-condition
	checks+=,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling
	checks+=,-clang-analyzer-valist.Uninitialized,-clang-analyzer-optin.portability.UnixAPI
	checks+=,-bugprone-macro-parentheses,-bugprone-sizeof-expression,-bugprone-not-null-terminated-result
	printf '%s\0' "${own[@]}" | xargs -0 -P "$jobs" -I FILE scripts/lint/tidy.sh "$build/tidy" "$checks" FILE "${flags[@]}"
}

lint_shell() {
	find scripts dist tests .ci -type f \( -name '*.sh' -o -name '*.bash' -o -path '.ci/run' \) -print0 |
	    xargs -0 shellcheck -x -S warning
}

lint_house() {
	python3 scripts/house.py
}

# ES2020, no way from a text to markup, every word in two languages; the libraries are as they came.
lint_page() {
	node tests/page/lint.mjs build/page-tools && python3 scripts/vendor.py check
}

# deps.sh has put it there, as scripts/lint/package-lock.json pins it.
lint_openapi() {
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
	    build/tools/node_modules/.bin/redocly lint --config scripts/lint/redocly.yaml docs/openapi.yaml 2>&1 |
	    grep -v '^$'
	return "${PIPESTATUS[0]}"
}

lint_metrics() {
	make --no-print-directory -s "-j$jobs" "B=$build" all >/dev/null && python3 scripts/lint/metrics.py "$build"
}

# Style is ours: mandoc's wants English punctuation and lines of 80 bytes.
lint_man() {
	local page wrong=0
	for page in docs/man/*; do
		mandoc -T lint -W warning "$page" || wrong=1
	done
	return $wrong
}

failed=""
for part in "${@:-gcc clang format cppcheck tidy shell house page openapi metrics man}"; do
	for one in $part; do
		began=$SECONDS
		echo "== $one"
		"lint_$one" || failed+=" $one"
		echo "   $((SECONDS - began)) s"
	done
done
if [ -n "$failed" ]; then
	echo "lint failed:$failed"
	exit 1
fi
echo "lint is clean"
