# Two commands on a fresh machine: `make demo` and `make test`. Both install what they need into .venv.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
SITE   := .make/docs
READY  := $(VENV)/.ready

.PHONY: help demo test test-all test-laws lint lint-js docs pages screenshots bench bench-paired clean

help:
	@awk '/^##@ / { printf "\n%s\n", substr($$0, 5) } /^## / { name = $$2; sub(/^## [^ ]+ +/, ""); printf "  make %-14s %s\n", name, $$0 }' $(MAKEFILE_LIST)

$(READY): pyproject.toml
	@test -x $(BIN)/python || (command -v $(PYTHON) >/dev/null 2>&1 && $(PYTHON) -m venv $(VENV)) || python3 -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit("Veil needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e . --group dev
	@touch $(READY)

##@ Try it
## demo      create a synthetic hospital, de-identify it, show the result
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

##@ Check a change
## test      run the quick tests (under ten minutes on two cores)
test: $(READY)
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow and not browser and not corpora and not server"

## test-all  run the other tests (browser, database servers, corpora, more time)
test-all: $(READY)
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "slow or browser or corpora or server"

## test-laws check the laws of the parts with ten times the examples (before a release)
test-laws: $(READY)
	@VEIL_EXAMPLES=400 $(BIN)/python -m pytest -n 2 --dist worksteal tests/property tests/unit -m "hypothesis"

JS     := tools/javascript
JSREADY := $(JS)/node_modules/.package-lock.json

$(JSREADY): $(JS)/package.json $(JS)/package-lock.json
	@cd $(JS) && npm ci --no-audit --no-fund --silent

## lint      check formatting, types, layers, links of Markdown; the pages where Node is installed
lint: $(READY)
	@if command -v npm >/dev/null 2>&1; then $(MAKE) --no-print-directory lint-js; else echo 'no Node here: JavaScript and Markdown are not checked'; fi
	@$(BIN)/ruff check src tests bench training tools examples deploy && $(BIN)/ruff format --check src tests bench training tools examples deploy && $(BIN)/mypy && $(BIN)/lint-imports
	@$(BIN)/python tools/check_links.py
	@for script in .ci/run findings/*.sh deploy/*/*.sh deploy/*.sh; do if test -f $$script; then bash -n $$script || exit 1; fi; done
	@$(BIN)/shfmt -d -i 2 -ci .ci/run findings/*.sh

## lint-js   check scripts, pages and Markdown (needs Node)
lint-js: $(JSREADY)
	@cd $(JS) && npx --no-install biome check --config-path=. ../../src/veil/service/portal/pages ../../src/veil/reports/templates/veil.css && npx --no-install tsc -p tsconfig.json
	@$(JS)/node_modules/.bin/markdownlint-cli2

##@ Documentation
## docs      build the website in site/ and check its links
docs: $(SITE)/.ready
	@NO_MKDOCS_2_WARNING=1 $(SITE)/bin/mkdocs build --strict --quiet
	@echo 'Open site/index.html'

$(SITE)/.ready: pyproject.toml
	@test -x $(SITE)/bin/python || (command -v $(PYTHON) >/dev/null 2>&1 && $(PYTHON) -m venv $(SITE)) || python3 -m venv $(SITE)
	@$(SITE)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(SITE)/bin/python -m pip install --quiet --disable-pip-version-check --group docs
	@touch $(SITE)/.ready

## pages     write the generated pages and quoted output from the code
pages: $(READY)
	@$(BIN)/python tools/make_reference.py && $(BIN)/python tools/quoted_output.py

## screenshots  write a picture of every page into screenshots/ (needs a browser)
screenshots: $(READY) $(JSREADY)
	@mkdir -p screenshots && VEIL_SHOTS=$(CURDIR)/screenshots $(BIN)/python -m pytest -q tests/e2e/test_pages.py tests/e2e/test_portal_accessibility.py tests/e2e/test_portal_pages.py tests/e2e/test_review_page.py tests/rows/test_g11_web_page.py

##@ Measure
## bench     print all figures of docs/figures.md; one figure: make bench-tables, bench-detect, bench-risk ...
bench: bench-tables bench-cleared bench-known bench-labs bench-detect bench-heldout bench-languages bench-unfamiliar bench-clinical bench-smallfiles bench-notes bench-shapes bench-labels bench-roles bench-pseudonyms bench-omop bench-aci bench-safelist bench-filters bench-risk bench-scan bench-rest bench-portal bench-trace bench-files bench-fuzz

bench-shapes: $(READY)
	@$(BIN)/python -m bench.shape_costs

## bench-paired  compare this build with an earlier one (COMMIT=...)
bench-paired: $(READY)
	@$(BIN)/python -m bench.paired $(or $(COMMIT),4635fa8)

bench-%: $(READY)
	@$(BIN)/python -m bench.$*

##@ Clean up
## clean     remove .venv, caches and outputs
clean:
	rm -rf $(VENV) $(SITE) $(JS)/node_modules site demo screenshots .pytest_cache .mypy_cache .ruff_cache .hypothesis
