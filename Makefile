# facet: build, tests, checks. `make help` lists the targets.
#
# Objects go to build/VARIANT-COMPILER/, so builds with other flags never mix; build/facet is a link to the
# program last built. The targets demo and test call scripts/setup first and need nothing but git and make.

CC       ?= cc
ifeq ($(origin CC),default)
CC       := gcc
endif
VARIANT  ?= release
WERROR   ?= $(if $(CI),1,)
BUILD    := build/$(VARIANT)-$(notdir $(CC))
PKGS     := yaml-0.1 libarchive libjpeg libpng libwebp libcrypto jansson
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   = $(shell pkg-config --libs $(PKGS) 2>/dev/null)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wvla -Wundef -Wformat=2 -Wcast-qual -Wwrite-strings -Wdouble-promotion $(if $(WERROR),-Werror)
OPT_release := -O2 -g
OPT_asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
OPT_ubsan   := -O1 -g -fsanitize=undefined -fno-sanitize-recover=all
OPT_tsan    := -O1 -g -fsanitize=thread
OPT_cov     := -O0 -g --coverage
OPT         := $(OPT_$(VARIANT))
ifeq ($(OPT),)
$(error VARIANT=$(VARIANT): not one of release asan ubsan tsan cov)
endif

CPPFLAGS += -Ikernels -Ipipeline -I$(BUILD)/gen -D_POSIX_C_SOURCE=200809L
CFLAGS_ALL = -std=c11 $(OPT) -ffp-contract=off -pthread $(WARNINGS) $(PKG_CFLAGS) $(CFLAGS)
LDLIBS_ALL = $(PKG_LIBS) -lstb -llbfgs -lopenblas -lcsv -lm $(LDLIBS)

KERNEL_SRC   := $(sort $(wildcard kernels/*/*.c kernels/*/*/*.c))
PIPELINE_SRC := $(sort $(wildcard pipeline/*/*.c pipeline/*/*/*.c))
TEST_SRC     := $(sort $(wildcard tests/*.c tests/*/*.c tests/*/*/*.c))
BENCH_SRC    := $(filter tests/bench/%,$(TEST_SRC))
FUZZ_SRC     := $(filter tests/fuzz/%,$(TEST_SRC))
TEST_SRC     := $(filter-out $(BENCH_SRC) $(FUZZ_SRC),$(TEST_SRC))
ALL_C        := $(KERNEL_SRC) $(PIPELINE_SRC) pipeline/main.c $(TEST_SRC) $(BENCH_SRC) $(FUZZ_SRC)
ALL_H        := $(sort $(wildcard kernels/*/*.h kernels/*/*/*.h pipeline/*/*.h tests/*.h tests/*/*.h))

# Targets that build on their own use every core, unless -j was given.
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

obj = $(patsubst %.c,$(BUILD)/%.o,$(1))
LIB_OBJ   := $(call obj,$(KERNEL_SRC) $(PIPELINE_SRC))
MAIN_OBJ  := $(call obj,pipeline/main.c)
TEST_OBJ  := $(call obj,$(TEST_SRC))

.PHONY: all
all: build/facet ## build the program: build/facet

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{printf "  %-14s %s\n", $$1, $$2}'

build/facet: $(BUILD)/facet FORCE
	@ln -sfn $(notdir $(BUILD))/facet build/facet

.PHONY: FORCE
FORCE:

$(BUILD)/facet: $(MAIN_OBJ) $(BUILD)/libfacet.a
	@echo "  LD $@"
	@$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LDLIBS_ALL)

$(BUILD)/libfacet.a: $(LIB_OBJ)
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/facet_tests: $(TEST_OBJ) $(BUILD)/libfacet.a
	@echo "  LD $@"
	@$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ -lcunit $(LDLIBS_ALL)

# Instruction-set flags only on the files of that set.
AVX512_FLAGS := -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx2 -mfma -mprefer-vector-width=512
$(BUILD)/%_avx2.o:   ISA_FLAGS := -mavx2 -mfma
$(BUILD)/%_avx512.o: ISA_FLAGS := $(AVX512_FLAGS)
$(BUILD)/%_avx512bf16.o: ISA_FLAGS := $(AVX512_FLAGS) -mavx512bf16
$(BUILD)/%_amx.o:    ISA_FLAGS := -mamx-tile -mamx-bf16
$(BUILD)/tests/%.o:  CPPFLAGS += -Itests

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(dir $@)
	@echo "  CC $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS_ALL) $(ISA_FLAGS) -MMD -MP -c -o $@ $<

# The page's style and script, and the presets, as lists of bytes, for #include <page_style.inc>.
$(BUILD)/gen/page_style.inc: pipeline/report/page_style.css
$(BUILD)/gen/page_script.inc: pipeline/report/page_script.js
$(BUILD)/gen/preset_original.inc: pipeline/spec/presets/original.yaml
$(BUILD)/gen/preset_best.inc: pipeline/spec/presets/best.yaml
$(BUILD)/gen/page_style.inc $(BUILD)/gen/page_script.inc $(BUILD)/gen/preset_original.inc $(BUILD)/gen/preset_best.inc:
	@mkdir -p $(@D)
	@od -An -v -td1 $< | sed 's/\(-\{0,1\}[0-9][0-9]*\)/\1,/g' > $@
$(BUILD)/pipeline/report/doc_html.o: $(BUILD)/gen/page_style.inc $(BUILD)/gen/page_script.inc
$(BUILD)/pipeline/spec/preset.o: $(BUILD)/gen/preset_original.inc $(BUILD)/gen/preset_best.inc

# Rebuilds everything when the compiler or the flags change.
$(BUILD)/flags: FORCE
	@mkdir -p $(BUILD)
	@echo '$(CC) $(CPPFLAGS) $(CFLAGS_ALL) $(LDFLAGS)' | cmp -s - $@ || echo '$(CC) $(CPPFLAGS) $(CFLAGS_ALL) $(LDFLAGS)' > $@

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.PHONY: demo
demo: ## set up this machine, build, run the demo study on generated faces
	@scripts/setup
	@$(MAKE) --no-print-directory $(JOBS) all
	@scripts/demo

.PHONY: test
test: ## set up this machine, build, run every test but the long ones
	@scripts/setup
	@$(MAKE) --no-print-directory $(JOBS) run-tests

.PHONY: run-tests
run-tests: all $(BUILD)/facet_tests
	@FACET=$(BUILD)/facet $(BUILD)/facet_tests $(TESTS)

.PHONY: check
check: all $(BUILD)/facet_tests layering seam ## the fast tests, the layering and the seam, under a minute
	@FACET=$(BUILD)/facet $(BUILD)/facet_tests --fast $(TESTS)

.PHONY: test-long
test-long: all $(BUILD)/facet_tests ## every test, the long ones too (needs FACET_FACES for real faces)
	@FACET=$(BUILD)/facet $(BUILD)/facet_tests --long $(TESTS)

.PHONY: test-fault
test-fault: all $(BUILD)/facet_tests ## nights killed, cut off, out of disk, at every marked instant; FACET_FAULT_SECONDS (900), FACET_FAULT_SEED
	@FACET=$(BUILD)/facet FACET_FAULT_SECONDS=$(or $(FACET_FAULT_SECONDS),900) $(BUILD)/facet_tests --long fault_store fault_power fault_run fault_program fault_night fault_torn

.PHONY: test-slurm
test-slurm: all ## a sweep through real Slurm on this machine: installs it (apt), needs root; about five minutes
	@tests/slurm/test

.PHONY: asan ubsan tsan
asan: ## the tests under address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory $(JOBS) VARIANT=asan run-tests
ubsan: ## the tests under the undefined-behaviour sanitizer
	@$(MAKE) --no-print-directory $(JOBS) VARIANT=ubsan run-tests
tsan: ## the tests under the thread sanitizer
	@$(MAKE) --no-print-directory $(JOBS) VARIANT=tsan run-tests

.PHONY: layering
layering: ## check that includes follow the order of the rooms
	@scripts/check-layering

.PHONY: seam
seam: ## check that every change of the file system goes through pipeline/util/sys.c
	@scripts/check-seam

.PHONY: format format-check
format: ## format every C file in place
	@clang-format -i $(ALL_C) $(ALL_H)
format-check: ## fail when a C file is not formatted
	@clang-format --dry-run -Werror $(ALL_C) $(ALL_H) && echo "format: $(words $(ALL_C) $(ALL_H)) files are formatted"

.PHONY: lint
lint: ## clang-tidy over every C file
	@clang-tidy --quiet $(filter-out %_avx2.c %_avx512.c %_avx512bf16.c %_amx.c,$(ALL_C)) -- $(CPPFLAGS) -Itests -std=c11 -pthread $(PKG_CFLAGS) && echo "lint: no complaint"

.PHONY: bench
bench: all $(BUILD)/facet_bench ## time kernels, models and ingest on this machine; BENCH="train cnn50mb500", BENCH=--json
	@env -u OPENBLAS_CORETYPE $(BUILD)/facet_bench $(BENCH)

$(BUILD)/facet_bench: $(call obj,$(BENCH_SRC)) $(BUILD)/libfacet.a
	@echo "  LD $@"
	@$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LDLIBS_ALL)

.PHONY: bench-peers
bench-peers: all ## facet beside Keras, PyTorch, scikit-learn, OpenCV (pip installs them into build/peers); ARGS="--only cnn50-b500"
	@scripts/bench-peers $(ARGS)

.PHONY: fuzz
fuzz: ## build the fuzzers with clang's libFuzzer and run each for FUZZ_SECONDS (30)
	@scripts/fuzz $(or $(FUZZ_SECONDS),30)

.PHONY: golden-update
golden-update: all $(BUILD)/facet_tests ## rewrite the golden files; shows their difference
	@FACET=$(BUILD)/facet TST_GOLDEN_UPDATE=1 $(BUILD)/facet_tests $(TESTS)
	@git --no-pager diff --stat tests

.PHONY: coverage
coverage: ## line coverage of the tests, by file
	@$(MAKE) --no-print-directory $(JOBS) VARIANT=cov run-tests
	@scripts/coverage build/cov-$(notdir $(CC))

.PHONY: clean
clean: ## remove build/
	@rm -rf build
