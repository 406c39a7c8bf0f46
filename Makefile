# Two commands do everything: `make run` starts the whole product, `make test` runs every test.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: run test lint bench install

run: install
	@exec $(BIN)/python manage.py serve

test:
	@$(PYTHON) install.py --tests
	@$(BIN)/python -m tests.run $(ARGS)

lint:
	@$(PYTHON) install.py --tests
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy chats playground

bench:
	@$(PYTHON) install.py --tests
	@$(BIN)/python -m bench $(ARGS)

install:
	@$(PYTHON) install.py
