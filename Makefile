PYTHON ?= python3
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links --unsafe-package nothing

.DEFAULT_GOAL := help
.PHONY: help demo test test-long test-real lint bench kube lock generate clean

help: ## what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  %-10s %s\n", $$1, $$2}'

.venv: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mendloop needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	@echo "making .venv (once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch .venv

demo: .venv ## an operator under injected faults, healing shown live (DEMO="--real" for the real control plane)
	@$(BIN)/mendloop demo $(DEMO)

test: .venv ## the whole suite but what needs a real control plane
	$(BIN)/pytest -q -m "not real and not long" $(ARGS)

test-long: .venv ## the sweeps with more seeds
	$(BIN)/pytest -q -m "not real" $(ARGS)

test-real: kube ## end-to-end and conformance tests on a real kube-apiserver
	$(BIN)/pytest -q -m real $(ARGS)

lint: .venv ## style, types and import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv ## costs, each beside its peer in one run
	$(BIN)/python bench/run.py $(ARGS)

kube: .venv ## builds etcd, kube-apiserver, kube-controller-manager and kubectl, once (needs Go, 5 minutes)
	@tests/real/kube/build.sh

lock: .venv ## pins all dependencies anew
	$(LOCK) $(ARGS) pyproject.toml -o requirements/run.txt
	$(LOCK) $(ARGS) pyproject.toml --extra testing requirements/dev.in -c requirements/run.txt -o requirements/dev.txt

generate: kube ## makes everything anew that comes from a server's OpenAPI
	$(BIN)/python scripts/dump_openapi.py
	$(BIN)/python scripts/generate_k8s.py

clean: ## forgets the virtual environment and the built binaries
	rm -rf .venv .kube
