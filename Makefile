# Everything runs in .venv, made on first use. Python 3.11 to 3.13, make and a package index are needed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
AUDIT := .venv-audit

.DEFAULT_GOAL := help
.PHONY: help demo local test check audit format package deploy rollback smoke destroy bench clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*##/\1\t/p' $(MAKEFILE_LIST) | expand -t 12

$(STAMP): requirements.txt requirements-dev.txt infra/build_fonts.py
	@$(PYTHON) -m infra.interpreter
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements-dev.txt
	$(BIN)/python -m infra.build_fonts
	@touch $@

demo: $(STAMP)  ## run a batch on this machine, from video to verified webhook
	@$(BIN)/python -m infra.demo

local: $(STAMP)  ## keep the whole service running on this machine
	@exec $(BIN)/python -m infra.local

test: $(STAMP)  ## all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(STAMP)  ## lint, types, template
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m infra.lint

$(AUDIT)/installed: requirements-audit.txt
	$(PYTHON) -m venv --clear $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-audit.txt
	@touch $@

audit: $(STAMP) $(AUDIT)/installed  ## the template by the security rules of checkov
	$(BIN)/python -m infra.audit $(AUDIT)/bin/checkov

format: $(STAMP)  ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

PACKAGE = $(BIN)/python -m infra.package $(if $(LAYER),--make "$(LAYER)")

package: $(STAMP)  ## app zip, ffmpeg layer and one CloudFormation template in out/package
	$(PACKAGE) $(if $(ARCHITECTURE),--architecture "$(ARCHITECTURE)")

# What both deploy and rollback take.
DEPLOYMENT = --stage "$(STAGE)" --stack "$(STACK)" --bucket "$(BUCKET)" \
	$(foreach each,$(PARAMETERS),--parameter "$(each)") $(if $(filter 1,$(REPLACE_DATA)),--replace-data) \
	$(if $(ARCHITECTURE),--parameter "Architecture=$(ARCHITECTURE)")

deploy: $(STAMP)  ## make deploy STAGE=dev: package, upload, create or update the stack; the first key
	@architecture=$$($(BIN)/python -m infra.deploy --check $(DEPLOYMENT)) && \
		$(PACKAGE) --architecture "$$architecture"
	@$(BIN)/python -m infra.deploy $(DEPLOYMENT)

rollback: $(STAMP)  ## make rollback STAGE=dev: what was deployed before the last time
	@$(BIN)/python -m infra.deploy --previous $(DEPLOYMENT)

smoke: $(STAMP)  ## make smoke URL=address-of-the-api KEY=api-key: does a deployment work?
	@KEY="$(KEY)" $(BIN)/python -m infra.smoke --url "$(URL)" $(if $(TIMEOUT),--timeout "$(TIMEOUT)")

destroy: $(STAMP)  ## make destroy STAGE=dev: its data stays, but with DATA=delete
	@$(BIN)/python -m infra.destroy --stage "$(STAGE)" --stack "$(STACK)" --data "$(or $(DATA),keep)" $(if $(filter 1,$(YES)),--yes)

bench: $(STAMP)  ## ratios measured side by side
	$(BIN)/python -m bench

clean:  ## remove what these commands made
	rm -rf $(VENV) $(AUDIT) out .chalice/deployments .mypy_cache .ruff_cache .pytest_cache .hypothesis
