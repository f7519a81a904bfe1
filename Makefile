# Everything runs in .venv, which the first target makes.
PYTHON ?= python3
BIN := .venv/bin
# uv takes a quarter of pip's time and knows nothing of pip's mirrors: where it finds no packages,
# pip installs them. What is imported is compiled then.
install = $(BIN)/uv pip install --quiet --python $(BIN)/python $(1) || \
	$(BIN)/python -m pip install --quiet --no-compile $(1)

# Where it is set, every process compiles anew all that it imports, and TensorFlow is large.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-oldest lint docs clean

.venv/ready: pyproject.toml setup.py
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv
	$(call install,--editable ".[test]")
	touch $@

demo: .venv/ready
	$(BIN)/lungseg demo

# A file by one worker: what its tests share is made once.
test: .venv/ready
	$(BIN)/python -m pytest -n auto --dist loadfile

# With the oldest versions that are declared. Takes longer, and no part of .ci/run.
test-oldest:
	$(PYTHON) -m venv .oldest
	.oldest/bin/python -m pip install --quiet uv
	.oldest/bin/uv pip install --quiet --python .oldest/bin/python --resolution lowest-direct \
		--editable ".[test]"
	.oldest/bin/python -m pytest -n auto --dist loadfile

# pipeline/ and weights/ become part of lungseg when it is installed, so types are checked
# on an installed copy.
lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	rm -rf build/typed build/lib
	$(call install,--no-deps --target build/typed .)
	cd build/typed && ../../$(BIN)/python -m mypy --config-file ../../pyproject.toml -p lungseg

# Warnings are errors, and the site loads nothing from the network.
docs: .venv/docs-ready
	$(BIN)/sphinx-build -E -W --keep-going -q -b html docs build/docs
	$(BIN)/python docs/check_offline.py build/docs

.venv/docs-ready: .venv/ready
	$(call install,--editable ".[docs]")
	touch $@

clean:
	rm -rf .venv .oldest build dist *.egg-info lungseg-demo
