# The habits of this repository. Everything lives in .venv; nothing is installed elsewhere.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

# Five processes of a test run read the same modules: whoever compiles one keeps it for the others.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup check quick test coverage sandbox run format lock clean

setup: $(VENV)/.installed

# --no-deps: the lock file is complete (pip check proves it), and older pips would look for versions of
# an extra's package beyond it.
define install
$(PYTHON) -m venv $(VENV)
$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(1)
$(BIN)/pip check --quiet
endef

$(VENV)/.installed: requirements/dev.txt
	$(call install,$<)
	touch $@

# Where everything is installed, all that the bot itself needs is, in the same versions.
DEV := $(wildcard $(VENV)/.installed)

$(VENV)/.runtime: requirements/runtime.txt $(DEV)
	$(if $(DEV),,$(call install,$<))
	touch $@

check: setup  ## ruff and strict types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright

quick: setup  ## all but the browser, bots as processes, PostgreSQL, and long outages
	$(BIN)/python -m pytest -n 4 --dist worksteal -m "not slow and not postgresql" \
		--ignore tests/process --ignore tests/browser --ignore-glob "packages/*/tests/test_bot_*"

test: setup  ## the whole suite
	$(BIN)/python -m pytest -n 4 --dist worksteal

coverage: setup  ## the suite once more, slower, with what no test has run; the bar only goes up
	$(BIN)/python -m pytest -n 4 --dist worksteal --cov --cov-report=term

sandbox: setup  ## the bot in a local page: no Discord account, no API key
	$(BIN)/python -m sandbox

run: $(VENV)/.runtime  ## the bot, with the settings in .env; installs what it needs, and no more
	$(BIN)/python -m bot

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: setup  ## renew requirements/ from pyproject.toml; UPGRADE=--upgrade takes newer versions
	$(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/pip install --quiet uv
	$(BIN)/python -m uv pip compile --quiet $(UPGRADE) --universal --generate-hashes \
		--custom-compile-command "make lock" pyproject.toml -o requirements/runtime.txt
	$(BIN)/python -m uv pip compile --quiet $(UPGRADE) --universal --generate-hashes \
		--custom-compile-command "make lock" pyproject.toml --group dev -o requirements/dev.txt

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis test-output
