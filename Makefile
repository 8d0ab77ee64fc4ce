# SPDX-License-Identifier: Apache-2.0
# The front door. "make help" lists what there is; the work is done by CMake, npm and scripts/.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PRESET ?= release
NODE_PATH_DIR := $(CURDIR)/.tools/node/node_modules/.bin
export PATH := $(NODE_PATH_DIR):$(PATH)
# the Node.js from npm brings its own list of authorities; those of the system count too (company proxies)
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export NODE_EXTRA_CA_CERTS ?= /etc/ssl/certs/ca-certificates.crt
endif

UI_SOURCES := $(shell find ui/src ui/index.html ui/package.json ui/package-lock.json ui/vite.config.ts \
                ui/tsconfig.json ui/tools -type f 2>/dev/null)

.PHONY: help
help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

.PHONY: run
run: ## build what is missing and serve the demo on http://127.0.0.1:4040
	@scripts/bootstrap build
	@$(MAKE) --no-print-directory program
	@build/flameline demo

.PHONY: build
build: ## build the server and its UI: build/flameline
	@scripts/bootstrap build
	@$(MAKE) --no-print-directory program

.PHONY: test
test: ## run all tests; the last line counts them
	@scripts/bootstrap test
	@$(MAKE) --no-print-directory everything
	@scripts/test

.PHONY: bench
bench: ## measure ingest, queries and line reports beside their floors
	@scripts/bootstrap test
	@$(MAKE) --no-print-directory everything
	@bench/run

.PHONY: sanitize
sanitize: ## run the suite with address, undefined-behaviour and thread sanitizers
	@scripts/bootstrap test
	@scripts/sanitize

.PHONY: fuzz
fuzz: ## fuzz every parser for FUZZ_SECONDS (default 180) each
	@scripts/bootstrap dev
	@scripts/fuzz

.PHONY: fmt
fmt: ## format C and TypeScript
	@scripts/bootstrap dev
	@git ls-files '*.c' '*.h' '*.cc' | xargs clang-format-14 -i
	@if [ -d ui/node_modules ]; then cd ui && npm run --silent fmt; fi

.PHONY: lint
lint: ## check format, includes, spelling, shell scripts and the UI
	@scripts/bootstrap dev
	@scripts/lint

.PHONY: clean
clean: ## remove everything that was built
	@rm -rf build ui/dist

# ---- the parts ----

# The program alone needs no test packages; an existing configuration is kept.
.PHONY: program
program: ui/dist/index.html
	@[ -f build/$(PRESET)/build.ninja ] || cmake --preset $(PRESET) -DFLAMELINE_TESTS=OFF >/dev/null
	@cmake --build --preset $(PRESET) --target flameline
	@ln -sfn $(PRESET)/src/flameline build/flameline

.PHONY: everything
everything: ui/dist/index.html
	@cmake --preset $(PRESET) -DFLAMELINE_TESTS=ON >/dev/null
	@cmake --build --preset $(PRESET)
	@ln -sfn $(PRESET)/src/flameline build/flameline

ui/node_modules/.package-lock.json: ui/package.json ui/package-lock.json
	@echo "installing the packages of the UI"
	@cd ui && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

ui/dist/index.html: ui/node_modules/.package-lock.json $(UI_SOURCES)
	@echo "building the UI"
	@cd ui && npm run --silent build
	@touch $@
