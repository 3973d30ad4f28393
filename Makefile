# Two commands matter: `make lab` opens the course, `make test` tests all of it. Without make: see README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# If there is a folder wheels/ (`make wheels`), the set-up takes every package from it and uses no network.
FROM := $(if $(wildcard wheels),--no-index --find-links wheels)

# The environment works only at the path where it was made. If this folder was moved or copied, or the set-up was
# interrupted, it is made again.
CLEAR :=
ifneq ($(shell cat $(VENV)/ready 2>/dev/null),$(CURDIR))
CLEAR := --clear
.PHONY: $(VENV)/ready
endif

RIGHT_PYTHON = $(PYTHON) -c "import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else 'Python 3.11, 3.12 or 3.13 is needed, this is ' + sys.version.split()[0] + ': run make PYTHON=python3.12 …')"

.PHONY: help wheels lab lesson-reset serve cluster test check notebooks new-lesson colab oldest seeds bench lock
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

$(VENV)/ready: requirements.txt pyproject.toml
	$(RIGHT_PYTHON)
	$(PYTHON) -m venv $(CLEAR) $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check $(FROM) -r requirements.txt
	@echo "$(CURDIR)" > $@

lab: $(VENV)/ready ## set up once, then open lesson 00 in JupyterLab
	$(BIN)/jupyter lab --config=tools/lab_server.json notebooks/00_start_here.ipynb

wheels: ## download every package into wheels/, so that copies of this folder are set up without a network
	$(RIGHT_PYTHON)
	mkdir -p build && grep -v '^-e' requirements.txt > build/packages.txt
	$(PYTHON) -m pip download --disable-pip-version-check --only-binary :all: -d wheels -r build/packages.txt hatchling editables

lesson-reset: $(VENV)/ready ## put the original of a lesson back and keep a copy of yours: make lesson-reset N=04
	$(BIN)/python -m tools.reset $(N)

serve: $(VENV)/ready ## set up once, train once, then serve recommendations on this computer
	$(BIN)/python -m recsys_helpers.serving

cluster: $(VENV)/ready ## set up once, then train one network in two processes; run it again to continue
	$(BIN)/python -m recsys_helpers.cluster

test: $(VENV)/ready ## set up once, then run every test on all cores, notebooks included
	$(BIN)/python -m tools.test

check: $(VENV)/ready ## lint, and the tests that take little time
	$(BIN)/ruff check .
	$(BIN)/python -m tools.test --quick

notebooks: $(VENV)/ready ## bring lists and lessons up to date; only what changed is executed
	$(BIN)/python -m tools.build

new-lesson: $(VENV)/ready ## make the files of a lesson: make new-lesson N=34 NAME=recommend_news
	$(BIN)/python -m tools.new_lesson $(N) $(NAME)

colab: $(VENV)/ready ## run every lesson on Google Colab's versions (needs Python 3.13; about 15 minutes)
	$(BIN)/python -m tools.colab --jobs 2

oldest: $(VENV)/ready ## run tests and lessons on the oldest versions that pyproject.toml allows (needs Python 3.11)
	$(BIN)/python -m tools.oldest --jobs 2

seeds: $(VENV)/ready ## train the slow recommenders again, over three seeds (about 40 minutes)
	$(BIN)/python -m tools.record
	$(BIN)/python -m tools.record_codes
	$(BIN)/python -m tools.record_codes --test

bench: $(VENV)/ready ## measure speed side by side (nothing is asserted)
	$(BIN)/python tests/bench.py
	$(BIN)/python tests/bench_scratch.py
	$(BIN)/python tests/bench_training.py
	$(BIN)/python tests/bench/bench_serving.py

lock: ## pin every version again from pyproject.toml (needs uv)
	@echo "# Every version, made by 'make lock' from pyproject.toml; do not edit by hand." > requirements.txt
	uv pip compile -q --universal --fork-strategy fewest --python-version 3.11 --no-emit-index-url --no-annotate \
	  --no-header --extra course pyproject.toml >> requirements.txt
	@echo "-e ." >> requirements.txt
