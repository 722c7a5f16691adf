# liandong: make, make test, make run, make demo, make docs, make install, make lint, make asan, make bench, make clean
#
# Rooms in the order of their floors: a room may use only what stands before it. Each becomes an
# archive, and what is linked against a room gets only the floors below, so an import that goes up
# does not link.
ROOMS    := base domain desk text mechanism wire store report feed front channel notice exchange reporter engine intake api notifier supervisor client ctl

VERSION  := 0.1.0
PREFIX   ?= /usr/local
LIBDIR   ?= $(PREFIX)/lib
UNITDIR  ?= $(PREFIX)/lib/systemd/system
DESTDIR  ?=
CC       ?= gcc
PKG_CONFIG ?= pkg-config
MODE     ?= release
B        := build/$(MODE)

# CROSS=arm64, CROSS=s390x: programs of another machine, by Debian's compiler and against a Debian of that machine in a
# folder (scripts/sysroot.sh). scripts/foreign.sh runs them.
CROSS    ?=
ifneq ($(CROSS),)
TRIPLET  := $(patsubst arm64,aarch64,$(CROSS))-linux-gnu
SYSROOT  := $(abspath build/sysroot/$(CROSS))
CC       := $(TRIPLET)-gcc --sysroot=$(SYSROOT)
AR       := $(TRIPLET)-ar
PKG_CONFIG := PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) \
    PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(TRIPLET)/pkgconfig:$(SYSROOT)/usr/share/pkgconfig pkg-config
B        := build/$(MODE)-$(CROSS)
endif

PKGS     := libevent_core libevent_extra jansson yaml-0.1 sqlite3 libssl libcrypto xlsxwriter libseccomp libcurl
WARN     := -Wall -Wextra -Wformat=2 -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes \
            -Wpointer-arith -Wimplicit-fallthrough -Wundef -Werror=implicit \
            -Werror=incompatible-pointer-types -Werror=int-conversion -Werror=format-security
HARDEN   := -fstack-protector-strong -fPIE -fno-strict-aliasing -fno-delete-null-pointer-checks
ifeq ($(MODE),asan)
OPT      := -O1 -g -DLIANDONG_NO_SANDBOX -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LINKOPT  := -fsanitize=address,undefined
else ifeq ($(MODE),tsan)
OPT      := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
LINKOPT  := -fsanitize=thread
else ifeq ($(MODE),coverage)
OPT      := -O0 -g -DLIANDONG_NO_SANDBOX --coverage
LINKOPT  := --coverage
else
OPT      := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
LINKOPT  :=
endif
CFLAGS   ?=
ALLCFLAGS = -std=c11 -D_GNU_SOURCE -DLIANDONG_VERSION='"$(VERSION)"' -DLIANDONG_PREFIX='"$(PREFIX)"' \
            -Isrc -Iinclude -I$(B)/gen $(WARN) $(HARDEN) $(OPT) $(PKGCFLAGS) $(CFLAGS)
PKGCFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
PKGLIBS  := $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -lm
LDFLAGS  ?=
ALLLD     = -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed $(LINKOPT) $(LDFLAGS)

sources   = $(sort $(wildcard src/$(1)/*.c src/$(1)/*/*.c))
objects   = $(patsubst src/%.c,$(B)/%.o,$(call sources,$(1)))
# The archives of a room and of the floors below it, the highest first, as the linker wants them.
upto      = $(if $(filter $(2),$(firstword $(1))),$(2),$(call upto,$(wordlist 2,99,$(1)),$(2)) $(firstword $(1)))
floors    = $(foreach r,$(call upto,$(ROOMS),$(1)),$(B)/lib$(r).a)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all packages run demo test units docs asan lint bench benches screenshots torture machines install dist sbom deb clean

all: $(B)/liandongd $(B)/liandongctl $(B)/libliandong.a $(B)/libliandong.so.0

# A bare `make` installs nothing, but says what does.
packages:
	@{ $(PKG_CONFIG) --exists $(PKGS) && command -v $(firstword $(CC)) python3; } >/dev/null 2>&1 || { echo \
	    '缺少编译所需的软件包:make run 会先安装再启动;只安装,请以 root 执行 scripts/deps.sh build' \
	    '(packages are missing: make run installs them, so does scripts/deps.sh build)' >&2; exit 1; }

$(B)/%.o: src/%.c Makefile | packages
	@mkdir -p $(@D)
	@echo '  CC $@'
	@$(CC) $(ALLCFLAGS) -MMD -MP -c $< -o $@

define room
$(B)/lib$(1).a: $(call objects,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	@$(AR) rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room,$(r))))

# sql/ becomes two headers: the table of statements, and the schema with its migrations.
$(B)/gen/%.h: scripts/embed.py sql/schema.sql sql/statements.sql sql/outbox.sql sql/exchange.sql $(wildcard sql/migrate/*.sql) | packages
	@mkdir -p $(@D)
	python3 scripts/embed.py $@ $*
# Weights are the same bits on every machine: no multiplication and addition become one (src/text/exact.h).
$(call objects,text): CFLAGS += -ffp-contract=off
$(call objects,store): $(B)/gen/statements.h $(B)/gen/schema.h $(B)/gen/outbox.h $(B)/gen/exchange.h
$(B)/gen/openapi.h: docs/openapi.yaml
# What texts are folded by, from the character data that Debian packages.
$(B)/gen/fold_table.h: scripts/fold.py | packages
	@mkdir -p $(@D)
	python3 scripts/fold.py $@
$(B)/domain/fold.o: $(B)/gen/fold_table.h
$(B)/gen/gbk_table.h: scripts/gbk.py | packages
	@mkdir -p $(@D)
	python3 scripts/gbk.py $@
$(B)/base/gbk.o: $(B)/gen/gbk_table.h
$(B)/gen/new_city.h: $(wildcard config/new-city/*.yaml) config/zhangping/calendar.yaml config/zhangping/policy.yaml
$(B)/ctl/init.o: $(B)/gen/new_city.h
$(B)/api/pages.o: $(B)/gen/openapi.h
# The page, under names by their bytes, raw and gzipped.
$(B)/gen/page.h: scripts/page.py $(wildcard src/page/* src/page/*/*) | packages
	@mkdir -p $(@D)
	python3 scripts/page.py $@
$(B)/api/assets.o: $(B)/gen/page.h

DAEMON_ROOMS := supervisor notifier api intake engine reporter exchange notice channel front feed report store wire mechanism text domain base
CTL_ROOMS    := ctl client channel report store wire mechanism text desk domain base
archives      = $(foreach r,$(1),$(B)/lib$(r).a)

$(B)/liandongd: $(B)/liandongd.o $(call archives,$(DAEMON_ROOMS))
	@echo '  LD $@'
	@$(CC) $(ALLLD) -o $@ $< $(call archives,$(DAEMON_ROOMS)) $(PKGLIBS)

$(B)/liandongctl: $(B)/liandongctl.o $(call archives,$(CTL_ROOMS))
	@echo '  LD $@'
	@$(CC) $(ALLLD) -o $@ $< $(call archives,$(CTL_ROOMS)) $(PKGLIBS)

# Unit tests: tests/unit/ROOM_what.c is linked with its room and the floors below it. WRAP_ROOM_what: the
# functions whose place the test takes (__wrap_f instead of f, which is __real_f then).
WRAP_engine_seam := store_load store_save store_resolve
WRAP_engine_trust := clock_wall clock_boot clock_is_manual clock_synchronised
WRAP_front_reads := feed_new feed_link feed_free link_send reads_load reads_wait
comma    := ,
UNITS    := $(sort $(wildcard tests/unit/*.c))
UNITBINS := $(patsubst tests/unit/%.c,$(B)/tests/%,$(UNITS))
roomof    = $(firstword $(subst _, ,$(notdir $(1))))

$(B)/tests/%.o: tests/unit/%.c Makefile | packages
	@mkdir -p $(@D)
	@echo '  CC $@'
	@$(CC) $(ALLCFLAGS) -Itests/unit -MMD -MP -c $< -o $@

.SECONDEXPANSION:
$(B)/tests/%: $(B)/tests/%.o $$(call floors,$$(call roomof,$$*))
	@$(CC) $(ALLLD) $(WRAP_$*:%=-Wl$(comma)--wrap=%) -o $@ $< $(call floors,$(call roomof,$*)) $(PKGLIBS) -lcmocka

# The client library: its own objects, base/unix.c and base/reason.c, position independent, nothing else exported.
CLIENT_SOURCES := $(call sources,client) src/base/unix.c src/base/reason.c
CLIENT_PIC     := $(patsubst src/%.c,$(B)/pic/%.o,$(CLIENT_SOURCES))
SOVERSION      := 0

$(B)/pic/%.o: src/%.c Makefile | packages
	@mkdir -p $(@D)
	@$(CC) $(filter-out -fPIE,$(ALLCFLAGS)) -fPIC -fvisibility=hidden -MMD -MP -c $< -o $@

$(B)/libliandong.a: $(CLIENT_PIC)
	@rm -f $@
	@$(AR) rcs $@ $^

$(B)/libliandong.so.$(SOVERSION): $(CLIENT_PIC)
	$(CC) -shared -Wl,-soname,libliandong.so.$(SOVERSION) $(filter-out -pie,$(ALLLD)) -o $@ $^ -ljansson -lssl -lcrypto

# -- what is called by hand --------------------------------------------------------------------

# Packages first, in a make of their own: pkg-config is asked when the Makefile is read.
run:
	@scripts/deps.sh build
	@$(MAKE) -s --no-print-directory -j2 all
	@scripts/run.sh $(B)

# On the server of make run: an evening with a storm, in ten minutes.
demo:
	@/usr/bin/python3 scripts/evening.py --ctl "$(B)/liandongctl -c config/liandong.yaml" $(EVENING)

test:
	@scripts/deps.sh test
	@scripts/deps.sh page || echo '没有浏览器:网页的测试略过(the tests of the page are skipped: there is no browser)' >&2
	@$(MAKE) -s --no-print-directory -j2 all units
	@/usr/bin/python3 scripts/test.py $(B) $(UNITBINS)

asan:
	@scripts/deps.sh test
	@$(MAKE) -s --no-print-directory -j2 MODE=asan all units
	@/usr/bin/python3 scripts/test.py build/asan $(patsubst tests/unit/%.c,build/asan/tests/%,$(UNITS))

units: $(UNITBINS)

# The documents' tables that the program itself has; a test fails where they are not so.
docs: all
	@python3 scripts/tables.py $(B)

lint:
	@scripts/deps.sh lint
	@scripts/lint.sh

bench:
	@scripts/deps.sh bench
	@$(MAKE) -s --no-print-directory -j2 all benches
	@/usr/bin/python3 tests/bench/bench.py $(B)

# The pictures that README.md shows, of the running page.
screenshots:
	@scripts/deps.sh page
	@$(MAKE) -s --no-print-directory -j2 all
	@/usr/bin/python3 scripts/screenshots.py $(B)

# Benchmark programs in C are linked like the daemon, without its main.
BENCHES  := $(patsubst tests/bench/%.c,$(B)/bench/%,$(sort $(wildcard tests/bench/*.c)))
benches: $(BENCHES)
$(B)/bench/%: tests/bench/%.c $(call archives,client $(DAEMON_ROOMS))
	@mkdir -p $(@D)
	@echo '  CC $@'
	@$(CC) $(ALLCFLAGS) -MMD -MP $(ALLLD) -o $@ $< $(call archives,client $(DAEMON_ROOMS)) $(PKGLIBS)

# The end-to-end tests that run over TLS, too: all but those that talk to no daemon over a network, those with certificates of their
# own, and those whose measure is the machine (marked `alone`).
NOT_OVER_TLS := 10_config 11_check 12_notice 12_yaml 35_tls 65_random_tables 65_texts 67_add 67_tls_client 68_tls_authority \
    69_ctl_network 73_tls_clients 80_docs 85_page 94_small_quarter 95_quarter
OVER_TLS := $(filter-out $(NOT_OVER_TLS:%=tests/e2e/test_%.py),$(sort $(wildcard tests/e2e/test_*.py)))

# Other machines, under qemu's user mode: arm64, which servers often are, and s390x, whose bytes stand the other way round.
machines: machine-arm64 machine-s390x
machine-%: all
	@scripts/deps.sh torture
	@scripts/sysroot.sh $*
	@$(MAKE) -s --no-print-directory -j2 CROSS=$* all units
	@LIANDONG_LIMIT=120 scripts/foreign.sh $* /usr/bin/python3 scripts/test.py --units $(UNITS:tests/unit/%.c=build/release-$*/tests/%)
	@LIANDONG_BUILD=$(abspath build/release-$*) LIANDONG_HERE=$(abspath $(B)) LIANDONG_LIMIT=120 scripts/foreign.sh $* \
	    /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/torture/test_machines.py tests/e2e/test_50_samples.py

torture:
	@scripts/deps.sh torture
	@$(MAKE) -s --no-print-directory -j2 all
	@/usr/bin/python3 tests/e2e/mistakes.py $(B)
	@LIANDONG_BUILD=$(abspath $(B)) LIANDONG_TABLES=2000 /usr/bin/python3 -m pytest -q tests/e2e/test_65_random_tables.py
	@LIANDONG_BUILD=$(abspath $(B)) LIANDONG_HANDSHAKES=5000 /usr/bin/python3 -m pytest -q tests/e2e/test_35_tls.py -k begun
	@LIANDONG_BUILD=$(abspath $(B)) LIANDONG_TLS=1 /usr/bin/python3 -m pytest -q -m "not alone" $(OVER_TLS)
	@scripts/deps.sh page && LIANDONG_BUILD=$(abspath $(B)) LIANDONG_PAGE=all /usr/bin/python3 -m pytest -q tests/e2e/test_85_page.py
	@LIANDONG_BUILD=$(abspath $(B)) LIANDONG_KILL_EVERY=1 /usr/bin/python3 -m pytest -q tests/e2e/test_78_keeping.py \
	    tests/e2e/test_79_removal.py -k killed
	@LIANDONG_BUILD=$(abspath $(B)) LIANDONG_NOTICES=full /usr/bin/python3 -m pytest -q -s $(wildcard tests/e2e/test_49_notice_*.py)
	@/usr/bin/python3 tests/torture/torture.py $(B)
	@/usr/bin/python3 tests/torture/quarter.py $(B)
	@LIANDONG_SANDBOX=kill /usr/bin/python3 scripts/test.py $(B)
	@/usr/bin/python3 tests/torture/chromium.py $(B)
	@$(MAKE) -s --no-print-directory machines
	@$(MAKE) -s --no-print-directory deb ARCH=arm64
	@$(MAKE) -s --no-print-directory deb
	@/usr/bin/python3 tests/package/install.py build/deb
	@tests/package/reproduce.sh
	@/usr/bin/python3 tests/package/container.py build/deb || test $$? = 77

# Readable for all whatever the umask: the daemon runs as a user of its own.
install: all
	install -d -m 755 $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(LIBDIR)/pkgconfig \
	    $(DESTDIR)$(PREFIX)/include/liandong $(DESTDIR)$(PREFIX)/share/man/man5 \
	    $(DESTDIR)$(PREFIX)/share/man/man8 $(DESTDIR)$(PREFIX)/share/man/man1 \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/doc/liandong \
	    $(DESTDIR)$(PREFIX)/share/liandong/schema $(DESTDIR)/etc/liandong/zhangping \
	    $(DESTDIR)$(UNITDIR)
	install -m 755 $(B)/liandongd $(DESTDIR)$(PREFIX)/sbin/
	install -m 755 $(B)/liandongctl $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(B)/libliandong.a $(DESTDIR)$(LIBDIR)/
	install -m 755 $(B)/libliandong.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/
	ln -sf libliandong.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libliandong.so
	install -m 644 include/liandong/client.h $(DESTDIR)$(PREFIX)/include/liandong/
	sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|' dist/liandong.pc.in | \
	    install -m 644 /dev/stdin $(DESTDIR)$(LIBDIR)/pkgconfig/liandong.pc
	install -m 644 docs/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 docs/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 docs/man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	install -m 644 dist/liandongctl.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/liandongctl
	install -m 644 README.md CHANGELOG.md SECURITY.md LICENSE NOTICE docs/*.md docs/openapi.yaml docs/example/desk.c \
	    dist/git/pre-commit dist/ci/mechanism.yml $(DESTDIR)$(PREFIX)/share/doc/liandong/
	for f in notices exchange; do \
	    sed 's|schema=../schema/|schema=$(PREFIX)/share/liandong/schema/|; s|@CITY@|某某市|' config/new-city/$$f.yaml | \
	    install -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/doc/liandong/$$f.yaml; done
	install -m 644 config/schema/*.json $(DESTDIR)$(PREFIX)/share/liandong/schema/
	for f in config/zhangping/*.yaml config/zhangping/*.jsonl; do \
	    test -e $(DESTDIR)/etc/liandong/zhangping/$$(basename $$f) || \
	    sed 's|schema=../schema/|schema=$(PREFIX)/share/liandong/schema/|' $$f | \
	    install -m 644 /dev/stdin $(DESTDIR)/etc/liandong/zhangping/$$(basename $$f); done
	test -e $(DESTDIR)/etc/liandong/liandong.yaml || \
	    install -m 644 dist/liandong.yaml $(DESTDIR)/etc/liandong/liandong.yaml
	sed -e 's|@PREFIX@|$(PREFIX)|' dist/liandong.service | \
	    install -m 644 /dev/stdin $(DESTDIR)$(UNITDIR)/liandong.service
	sed -e 's|@PREFIX@|$(PREFIX)|' dist/liandong-verify.service | \
	    install -m 644 /dev/stdin $(DESTDIR)$(UNITDIR)/liandong-verify.service
	sed -e 's|@PREFIX@|$(PREFIX)|' dist/liandong-anchor.service | \
	    install -m 644 /dev/stdin $(DESTDIR)$(UNITDIR)/liandong-anchor.service
	install -m 644 dist/liandong.socket dist/liandong-http.socket dist/liandong-verify.timer dist/liandong-anchor.timer \
	    $(DESTDIR)$(UNITDIR)/

# The sources of the last commit, the same bytes whenever and wherever they are made; the package is built of them.
DIST := build/liandong-$(VERSION).tar.gz
dist:
	@mkdir -p build
	git archive --format=tar --prefix=liandong-$(VERSION)/ HEAD | gzip -9n > $(DIST)
	@sha256sum $(DIST)

# What the programs are made of, for who must know it (SPDX).
sbom: all
	@scripts/sbom.py $(B)/liandongd $(B)/liandongctl > build/liandong-$(VERSION).spdx.json
	@echo build/liandong-$(VERSION).spdx.json

# The Debian packages, in build/deb, and what lintian says of them. ARCH=arm64: those of another machine, in build/deb-arm64.
ARCH     ?=
deb: dist
	@scripts/deps.sh package $(ARCH:%=torture)
	@scripts/deb.sh $(DIST) build/deb$(ARCH:%=-%) $(ARCH)

clean:
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
