export UV_SYSTEM_CERTS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1
PYTHON ?= python3
PY := .venv/bin/python
PORT ?= 8000
export PORT
.DEFAULT_GOAL := help
.PHONY: help run test check fix demo messages bench stop clean setup

help: ## what each command does
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.ok
.venv/.ok: requirements.txt requirements-uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Klaster needs Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install -q --require-hashes --only-binary :all: -r requirements-uv.txt && .venv/bin/uv pip sync -q --python $(PY) --require-hashes requirements.txt || $(PY) -m pip install -q --require-hashes -r requirements.txt
	@$(PY) -m klaster.core.messages
	@touch $@

run: setup ## the platform with the real network in it, on http://localhost:8000 (PORT changes it)
	@KLASTER_MODE=demo $(PY) manage.py run_demo

test: setup ## every test, browser tests included
	@KLASTER_MODE=test $(PY) -m pytest -q -n auto --dist worksteal

check: setup ## everything CI checks besides the tests: format, lint, types, imports, migrations, messages
	@.venv/bin/ruff format --check . && .venv/bin/ruff check .
	@.venv/bin/djlint --check --quiet klaster --extension=html && .venv/bin/djlint --lint --quiet klaster --extension=html
	@.venv/bin/lint-imports
	@KLASTER_MODE=test .venv/bin/mypy klaster
	@KLASTER_MODE=test $(PY) manage.py makemigrations --check --dry-run

fix: setup ## format, and mend what the linters can mend
	@.venv/bin/ruff check --fix-only . && .venv/bin/ruff format .
	@.venv/bin/djlint --reformat --quiet klaster --extension=html || true

demo: setup ## load the demo again into the database of `make run`, from the beginning
	@KLASTER_MODE=demo $(PY) manage.py run_demo --load-only

messages: setup ## collect the words of the site into locale/*/LC_MESSAGES/django.po
	@KLASTER_MODE=test $(PY) manage.py messages

bench: setup ## what we claim about speed, measured here
	@for file in benchmarks/bench_*.py; do $(PY) $$file || exit 1; done

stop: ## stop the embedded PostgreSQL
	@test ! -x $(PY) || for folder in .local/pg .local/pg-test; do test ! -d $$folder || $(PY) -m klaster.core.devdb stop $$folder; done

clean: stop ## remove everything that was installed or made here
	@rm -rf .venv .local static media
