# Everything a newcomer needs: `make demo`, `make test`. Only Python 3.11 with pip, git and make are expected.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test faults foreign contracts check lint types generate bench bench-codegen lock clean setup

demo: $(READY)
	$(BIN)/backchannel demo

test: $(READY)
	$(BIN)/pytest -n auto --dist=worksteal -q

# Minutes: what make test runs a sample of. It prints seeds and shares.
faults: $(READY)
	$(BIN)/pytest -m faults --whole -s -q --timeout=900

# Minutes; downloads clients of others into a temporary directory and tries the local server with them.
foreign: $(READY)
	$(BIN)/pytest -v -rs --timeout=900 tests/foreign/clients.py

# Minutes; downloads validators and Prism. ROCKETCHAT_OPENAPI names a folder with Rocket.Chat's OpenAPI files.
contracts: $(READY)
	$(BIN)/pytest -v -rs -s --timeout=900 tests/contracts/contracts.py

check: $(READY) lint types
	$(BIN)/python tools/generated_is_current.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(READY)
	$(BIN)/mypy
	$(BIN)/pyright

generate: $(READY)
	$(BIN)/backchannel generate --schema schema/glimesh.graphql --queries queries \
		--overrides schema/overrides.toml --config schema/codegen.toml --output generated/glimesh_api

bench: $(READY)
	$(BIN)/python -m benchmarks

# Minutes; downloads its peers into a temporary directory.
bench-codegen: $(READY)
	$(BIN)/python -m benchmarks codegen

# The locked requirements name versions and hashes, no registry.
lock: $(READY)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --upgrade \
		--custom-compile-command "make lock" --all-extras --group dev -o requirements/dev.txt pyproject.toml
	echo uv | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --upgrade \
		--custom-compile-command "make lock" -o requirements/uv.txt -

setup: $(READY)

$(READY): requirements/dev.txt requirements/uv.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements/dev.txt requirements/uv.txt
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e .
	touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist build
