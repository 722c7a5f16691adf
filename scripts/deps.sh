#!/bin/sh
# Installs the Debian packages that a group of targets needs, where one is missing.
# Usage: deps.sh build|test|lint|bench …
set -eu

build="gcc make pkg-config python3 libevent-dev libjansson-dev libyaml-dev libsqlite3-dev libssl-dev libreadline-dev"
test="$build libcmocka-dev python3-pytest python3-jsonschema python3-yaml sqlite3 curl faketime procps netcat-openbsd man-db"
lint="$build clang clang-format clang-tidy cppcheck"
bench="$build redis-server beanstalkd nginx-light wrk postgresql python3"

wanted=""
for group in "$@"; do
	case $group in
	build) wanted="$wanted $build" ;;
	test) wanted="$wanted $test" ;;
	lint) wanted="$wanted $lint" ;;
	bench) wanted="$wanted $bench" ;;
	*) echo "deps.sh: no group '$group': build, test, lint, bench" >&2; exit 2 ;;
	esac
done

missing=""
for package in $wanted; do
	# the installed state alone counts: a removed package leaves its configuration behind
	case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) in
	installed) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "缺少软件包:$missing" >&2
	echo "请以 root 执行:apt-get install$missing" >&2
	exit 1
fi
echo "安装软件包:$missing"
case " $* " in
*" bench "*) echo "注意:redis、postgresql、beanstalkd、nginx 装好后可能自行启动;量完不用可以 systemctl disable --now" ;;
esac
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
