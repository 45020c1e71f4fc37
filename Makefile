# Everything sets itself up: `make run` tries the bot, `make test` tests it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Tests and chaos start the bot hundreds of times: where compiled code is not kept, each start compiles it anew.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.PHONY: run test check bench chaos load judges fuzz words lock lock-judges clean

run: $(READY)
	@exec $(BIN)/python -m bot sandbox

test: $(READY)
	@$(BIN)/python -m pytest -n auto --dist worksteal

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	@$(BIN)/python -m tests.bench

chaos: $(READY)
	@$(BIN)/python -m tests.chaos

# A thousand travellers while a campaign runs to ten thousand.
load: $(READY)
	@$(BIN)/python -m tests.load

# Other people's code judges: JUDGE=name for one, JUDGES=folder for other people's cases, TESTS=those whose wire
# the schema's judge looks at (without it the whole suite's).
judges: $(READY)
	@$(BIN)/python -m tests.judges

# Everything that strangers can put in: SEED=n INPUTS=n.
fuzz: $(READY)
	@$(BIN)/python -m tests.fuzz

# Bring every language's file up to date with the words in the code.
words: $(READY)
	@$(BIN)/python -m tests.words

# Pin every dependency, with hashes and without addresses.
lock:
	$(PYTHON) -m venv .cache/lock && .cache/lock/bin/pip install --quiet uv
	.cache/lock/bin/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	  --output-file requirements.lock

# The same for what the judges bring along.
lock-judges:
	$(PYTHON) -m venv .cache/lock && .cache/lock/bin/pip install --quiet uv
	.cache/lock/bin/uv pip compile tests/judges/pins/packages.in --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	  --output-file tests/judges/pins/packages.lock

$(READY): requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

clean:
	rm -rf $(VENV) .cache var
