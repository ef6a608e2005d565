# Two commands on a fresh machine: `make demo` and `make test`. Both install what they need into .venv.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: help demo test test-all lint bench clean

help:
	@grep -E '^## ' $(MAKEFILE_LIST) | sed 's/^## /  make /'

$(READY): pyproject.toml
	@test -x $(BIN)/python || (command -v $(PYTHON) >/dev/null 2>&1 && $(PYTHON) -m venv $(VENV)) || python3 -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit("Veil needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e . --group dev
	@touch $(READY)

## demo      make a synthetic hospital, de-identify it, show the result
demo: $(READY)
	@rm -rf demo
	@echo '1. A synthetic hospital: tables and notes of 60 patients who do not exist'
	@$(BIN)/veil synth --patients 60 -o demo
	@echo '2. A keyring; its passphrase is "demo"'
	@VEIL_PASSPHRASE=demo $(BIN)/veil keys new demo/hospital.key
	@echo '3. The run'
	@VEIL_PASSPHRASE=demo $(BIN)/veil run demo/hospital.yaml --workers 2 --protected demo/side-by-side.html
	@echo
	@echo 'Look at it:  demo/release/veil-report.html   what was done: no value in it'
	@echo '             demo/side-by-side.html          original and result (the data is synthetic)'

## test      the tests; under ten minutes on two cores
test: $(READY)
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow and not browser and not corpora and not server"

## test-all  also what needs a browser, database servers, the corpora or more time
test-all: $(READY)
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "slow or browser or corpora or server"

## lint      ruff, mypy, import-linter
lint: $(READY)
	@$(BIN)/ruff check src tests bench training tools examples deploy && $(BIN)/ruff format --check src tests bench training tools examples deploy && $(BIN)/mypy && $(BIN)/lint-imports

## bench     all figures of docs/figures.md; each also alone: bench-tables, bench-cleared, bench-known, bench-labs, bench-detect, bench-smallfiles, bench-notes, bench-shapes, bench-labels, bench-roles, bench-pseudonyms, bench-omop, bench-aci, bench-safelist, bench-filters, bench-risk, bench-scan, bench-rest, bench-portal, bench-trace, bench-fuzz
bench: bench-tables bench-cleared bench-known bench-labs bench-detect bench-smallfiles bench-notes bench-shapes bench-labels bench-roles bench-pseudonyms bench-omop bench-aci bench-safelist bench-filters bench-risk bench-scan bench-rest bench-portal bench-trace bench-fuzz

bench-shapes: $(READY)
	@$(BIN)/python -m bench.shape_costs

## bench-paired COMMIT=...   this build beside an earlier commit, in turn
bench-paired: $(READY)
	@$(BIN)/python -m bench.paired $(or $(COMMIT),4635fa8)

bench-%: $(READY)
	@$(BIN)/python -m bench.$*

clean:
	rm -rf $(VENV) demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
