# liandong: make, make test, make run, make install, make lint, make asan, make bench, make clean
#
# Rooms in the order of their floors: a room may use only what stands before it. Each becomes an
# archive, and what is linked against a room gets only the floors below, so an import that goes up
# does not link.
ROOMS    := base domain mechanism wire store front engine intake api supervisor client ctl

VERSION  := 0.1.0
PREFIX   ?= /usr/local
DESTDIR  ?=
CC       ?= gcc
MODE     ?= release
B        := build/$(MODE)

PKGS     := libevent_core libevent_extra jansson yaml-0.1 sqlite3 libcrypto
WARN     := -Wall -Wextra -Wformat=2 -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes \
            -Wpointer-arith -Wimplicit-fallthrough -Wundef -Werror=implicit \
            -Werror=incompatible-pointer-types -Werror=int-conversion -Werror=format-security
HARDEN   := -fstack-protector-strong -fPIE -fno-strict-aliasing -fno-delete-null-pointer-checks
ifeq ($(MODE),asan)
OPT      := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LINKOPT  := -fsanitize=address,undefined
else ifeq ($(MODE),coverage)
OPT      := -O0 -g --coverage
LINKOPT  := --coverage
else
OPT      := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
LINKOPT  :=
endif
CFLAGS   ?=
ALLCFLAGS = -std=c11 -D_GNU_SOURCE -DLIANDONG_VERSION='"$(VERSION)"' -DLIANDONG_PREFIX='"$(PREFIX)"' \
            -Isrc -Iinclude -I$(B)/gen $(WARN) $(HARDEN) $(OPT) $(PKGCFLAGS) $(CFLAGS)
PKGCFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKGLIBS  := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
LDFLAGS  ?=
ALLLD     = -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed $(LINKOPT) $(LDFLAGS)

sources   = $(sort $(wildcard src/$(1)/*.c src/$(1)/*/*.c))
objects   = $(patsubst src/%.c,$(B)/%.o,$(call sources,$(1)))
# The archives of a room and of the floors below it, the highest first, as the linker wants them.
upto      = $(if $(filter $(2),$(firstword $(1))),$(2),$(call upto,$(wordlist 2,99,$(1)),$(2)) $(firstword $(1)))
floors    = $(foreach r,$(call upto,$(ROOMS),$(1)),$(B)/lib$(r).a)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all deps run test unit e2e asan lint bench torture install clean

all: $(B)/liandongd $(B)/liandongctl $(B)/libliandong.a $(B)/libliandong.so.0

-include scripts/targets.mk

$(B)/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALLCFLAGS) -MMD -MP -c $< -o $@

define room
$(B)/lib$(1).a: $(call objects,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room,$(r))))

# sql/*.sql and the files that are compiled in become C arrays.
$(B)/gen/%.h: scripts/embed.py
	@mkdir -p $(@D)
	python3 scripts/embed.py $@ $*

DAEMON_ROOMS := supervisor api intake engine front store wire mechanism domain base
CTL_ROOMS    := ctl client store wire mechanism domain base
archives      = $(foreach r,$(1),$(B)/lib$(r).a)

$(B)/liandongd: $(B)/liandongd.o $(call archives,$(DAEMON_ROOMS))
	$(CC) $(ALLLD) -o $@ $< $(call archives,$(DAEMON_ROOMS)) $(PKGLIBS)

$(B)/liandongctl: $(B)/liandongctl.o $(call archives,$(CTL_ROOMS))
	$(CC) $(ALLLD) -o $@ $< $(call archives,$(CTL_ROOMS)) $(PKGLIBS) -lreadline

# Unit tests: tests/unit/ROOM_what.c is linked with its room and the floors below it.
UNITS    := $(sort $(wildcard tests/unit/*.c))
UNITBINS := $(patsubst tests/unit/%.c,$(B)/tests/%,$(UNITS))
roomof    = $(firstword $(subst _, ,$(notdir $(1))))

.SECONDEXPANSION:
$(B)/tests/%: tests/unit/%.c $$(call floors,$$(call roomof,$$*)) Makefile
	@mkdir -p $(@D)
	$(CC) $(ALLCFLAGS) -Itests/unit -MMD -MP $(ALLLD) -o $@ $< $(call floors,$(call roomof,$*)) $(PKGLIBS) -lcmocka

clean:
	rm -rf build

-include $(shell find build/$(MODE) -name '*.d' 2>/dev/null)
