#!/bin/sh
# Installs the Debian packages that a group of targets needs, where one is missing, and what lint needs
# from npm. A package that brings a service does not start it.
# Usage: deps.sh build|test|page|lint|bench|torture|package …
set -eu

build="gcc make pkg-config python3 libevent-dev libjansson-dev libyaml-dev libsqlite3-dev libssl-dev libxlsxwriter-dev libseccomp-dev libcurl4-openssl-dev zlib1g-dev unicode-data opencc curl"
test="$build libcmocka-dev python3-pytest python3-jsonschema python3-yaml python3-openpyxl sqlite3 faketime procps netcat-openbsd man-db openssl gnutls-bin systemd"
# The tests do without it, and take twice as long: where it cannot be installed, they go on.
parallel="python3-pytest-xdist"
lint="$build clang clang-format clang-tidy cppcheck shellcheck mandoc prometheus"
page="chromium fonts-noto-cjk"
# npm may have come with another Node.js than Debian's, beside which Debian's npm does not install
command -v npm >/dev/null || lint="$lint npm" page="$page npm"
bench="$build redis-server beanstalkd nginx-light wrk postgresql python3"
torture="$test chromium libnss3-tools debootstrap gcc-aarch64-linux-gnu gcc-s390x-linux-gnu qemu-user-static podman crun"
package="$build debhelper po-debconf lintian fakeroot libcmocka-dev"

wanted=""
wished=""
for group in "$@"; do
	case $group in
	build) wanted="$wanted $build" ;;
	test) wanted="$wanted $test" wished=$parallel ;;
	lint) wanted="$wanted $lint" ;;
	torture) wanted="$wanted $torture" ;;
	page) wanted="$wanted $page" ;;
	package) wanted="$wanted $package" ;;
	bench) wanted="$wanted $bench" ;;
	*) echo "deps.sh: no group '$group': build, test, page, lint, bench, torture, package" >&2; exit 2 ;;
	esac
done

# npm_tools FOLDER PLACE: what FOLDER/package-lock.json pins, into build/PLACE; nothing of it runs while it installs.
npm_tools() {
	here=$(dirname "$0")/$1
	tools=$(dirname "$0")/../build/$2
	cmp -s "$here/package-lock.json" "$tools/installed.json" && return
	echo "安装 npm 软件包:build/$2"
	mkdir -p "$tools"
	cp "$here/package.json" "$here/package-lock.json" "$tools/"
	npm ci --prefix "$tools" --ignore-scripts --no-audit --no-fund --silent
	cp "$here/package-lock.json" "$tools/installed.json"
}

# While policy-rc.d says no, installing starts no service; systemd would start those at the next boot.
services="prometheus redis-server beanstalkd nginx postgresql"
policy=/usr/sbin/policy-rc.d

install_packages() { # PACKAGE …
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	if [ ! -e $policy ]; then
		trap 'rm -f $policy' EXIT
		printf '#!/bin/sh\nexit 101\n' >$policy
		chmod 755 $policy
	fi
	echo "安装软件包:$*"
	apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >/dev/null || return 1
	for service in $services; do
		case " $* " in
		*" $service "* | *" $service-light "*) systemctl disable -q "$service" 2>/dev/null || true ;;
		esac
	done
}

not_installed() { # PACKAGE …; those that are not
	for package in "$@"; do
		# the installed state alone counts: a removed package leaves its configuration behind
		case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) in
		installed) ;;
		*) printf '%s ' "$package" ;;
		esac
	done
}

# shellcheck disable=SC2086
{
	missing=$(not_installed $wanted)
	spare=$(not_installed $wished)
	if [ -n "$missing" ] && [ "$(id -u)" != 0 ]; then
		echo "缺少软件包:$missing" >&2
		echo "请以 root 执行:apt-get install $missing" >&2
		exit 1
	fi
	if [ -n "$spare" ] && [ "$(id -u)" = 0 ]; then
		install_packages $missing $spare && missing="" || echo "没有装上:$spare(没有它也行,只是慢)" >&2
	fi
	if [ -n "$missing" ]; then
		install_packages $missing
	fi
}
case " $* " in
*" lint "*) npm_tools lint tools ;;
esac
case " $* " in
*" lint "* | *" page "*) npm_tools ../tests/page page-tools ;;
esac
