# make run    the portal on http://127.0.0.1:8000 (PORT=9000 make run for another port)
# make test   every check and test, with what they need
# make test-clients   every client that others wrote, the heavy ones too; writes docs/clients.md
#
# Python 3.11 or newer and make are enough; PYTHON=python3.12 names another interpreter.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORTAL := $(VENV)/.portal-installed
TOOLS := $(VENV)/.tools-installed
APPLICATIONS := tests/relying_applications
# Somebody's pip may be told to install for the user, which no virtual environment can.
QUIETLY := -qq --disable-pip-version-check --no-input
PIP := PIP_USER=0 $(BIN)/python -m pip $(QUIETLY)
# One lock for all systems and every Python from 3.11 on, with a hash for each file that may be installed.
COMPILE := build/uv/bin/uv --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --custom-compile-command "make lock"
SOURCES := app tests examples migrations docker config.py configuration gunicorn.conf.py wsgi.py

# Earlier versions put a line of Python there that ran at each start of the interpreter.
FORMER_HOOK := $(wildcard $(VENV)/lib/python*/site-packages/pforte.pth)
$(if $(FORMER_HOOK),$(shell rm -f $(FORMER_HOOK)))

.DEFAULT_GOAL := help
.SILENT:
.PHONY: help run test test-clients lint format translations lock audit bench bench-lists bench-logs clean

help:
	sed -n 's/^# make/make/p' Makefile

# The link of the first administrator appears while gunicorn starts; with one in the database it says nothing.
run: $(PORTAL)
	$(BIN)/python migrations/at_head.py; \
	case $$? in \
	  0) ;; \
	  3) $(BIN)/flask db upgrade || exit 1 ;; \
	  *) exit 1 ;; \
	esac; \
	$(BIN)/python configuration/free_port.py || exit 1; \
	{ link=$$($(BIN)/flask setup-link 2>/dev/null); [ -z "$$link" ] || \
	  echo "Nobody administers the portal yet. This link, good for one use, makes the first administrator: $$link"; } & \
	exec $(BIN)/python configuration/start.py

# Programs, npm packages and relying applications come while pip works.
test:
	PYTHON="$(PYTHON)" tests/packages & $(MAKE) --no-print-directory $(TOOLS) || exit 1; wait; exec tests/everything $(TESTS)

# As above, with what only the heavy clients need.
test-clients:
	PYTHON="$(PYTHON)" tests/packages all & $(MAKE) --no-print-directory $(TOOLS) || exit 1; wait; exec tests/all_clients $(TESTS)

lint: $(TOOLS)
	$(BIN)/python -m ruff check $(SOURCES)
	$(BIN)/python -m ruff format --check $(SOURCES)
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

format: $(TOOLS)
	$(BIN)/python -m ruff check --fix $(SOURCES)
	$(BIN)/python -m ruff format $(SOURCES)

# New texts into the catalogs, and the catalogs into what the portal reads.
translations: $(PORTAL)
	$(BIN)/pybabel --quiet extract --mapping-file babel.cfg --keyword _l --no-location --sort-output --no-wrap \
	  --project Pforte --copyright-holder "The Pforte authors" --output-file translations/messages.pot app templates
	$(BIN)/pybabel --quiet update --input-file translations/messages.pot --output-dir translations --no-wrap --no-fuzzy-matching
	$(BIN)/pybabel --quiet compile --directory translations

# Versions stay as they are where nothing forces a newer one; `make lock LOCK=--upgrade` takes the newest of all.
lock: build/uv/bin/uv
	$(COMPILE) $(LOCK) --output-file requirements.txt requirements.in
	$(COMPILE) $(LOCK) --constraints requirements.txt --output-file requirements-dev.txt requirements-dev.in
	$(COMPILE) $(LOCK) --output-file $(APPLICATIONS)/requirements.txt $(APPLICATIONS)/requirements.in
	$(COMPILE) $(LOCK) --output-file tests/more_clients/requirements.txt tests/more_clients/requirements.in
	$(COMPILE) $(LOCK) --output-file tests/openapi/requirements.txt tests/openapi/requirements.in

# Asks PyPI's advisory service about every version in the locks; what it knows nothing of is a failure, too.
audit: build/audit/bin/pip-audit
	build/audit/bin/pip-audit --strict --require-hashes --disable-pip --requirement requirements-dev.txt

bench: $(TOOLS)
	$(BIN)/python -m benchmarks $(BENCH)

bench-logs: $(TOOLS)
	$(BIN)/python -m benchmarks.logs $(BENCH)

bench-lists: $(TOOLS)
	$(BIN)/python -m benchmarks.lists $(BENCH)

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis \
	  tests/foreign_clients/node_modules $(APPLICATIONS)/node_modules
	find app tests migrations -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Pforte needs Python 3.11 or newer; PYTHON=python3.12 make run names another one." >&2; exit 1; }
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

build/uv/bin/uv: | $(VENV)/bin/python
	$(BIN)/python -m venv build/uv && PIP_USER=0 build/uv/bin/python -m pip $(QUIETLY) install uv==0.13.9

build/audit/bin/pip-audit: | $(VENV)/bin/python
	$(BIN)/python -m venv build/audit && PIP_USER=0 build/audit/bin/python -m pip $(QUIETLY) install pip-audit==2.10.1

$(PORTAL): requirements.txt configuration/entry_points.py | $(VENV)/bin/python
	echo "Installing what Pforte needs into $(VENV) …"
	$(PIP) install -r requirements.txt
	$(BIN)/python configuration/entry_points.py
	touch $@

$(TOOLS): requirements-dev.txt $(PORTAL)
	echo "Installing what the tests need into $(VENV) …"
	$(PIP) install -r requirements-dev.txt
	touch $@
