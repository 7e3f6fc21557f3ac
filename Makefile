# How people work with En regard. `make help` lists the targets; each does its set-up itself.

SEEDS  ?= seeds
CORPUS ?= db/corpus.sqlite
REPORT ?= $(if $(findstring ://,$(CORPUS)),db/corpus,$(patsubst %.sqlite,%,$(CORPUS))).html
PYTHON ?= python3
MT     ?= ../shared/mt
MINUTES ?= 50

export ARGOS_PACKAGE SEEDS CORPUS REPORT
unexport PYTHONDONTWRITEBYTECODE # the tests start some hundred processes, each of which would compile the program anew

.DEFAULT_GOAL := help
.PHONY: help setup engine corpus report review browse cluster parquet postgresql model ocr doctor test test-fast test-postgresql check bench golden docs sbom clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

setup: .venv/.ready ## make .venv with the pinned packages

.venv/.ready: requirements.lock pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh "$(PYTHON)"

engine: .venv/.ready
	@sh scripts/engine.sh

corpus: engine ## build the corpus (SEEDS=folder CORPUS=file)
	@.venv/bin/enregard build --corpus "$$CORPUS" -- "$$SEEDS" || [ $$? -eq 3 ]

report: .venv/.ready ## write the corpus as one HTML page (CORPUS=file REPORT=file)
	@.venv/bin/enregard report --corpus "$$CORPUS" --output "$$REPORT"

review: .venv/.ready ## judge the pairs in a browser (CORPUS=file)
	@.venv/bin/enregard review --corpus "$$CORPUS"

.venv/.browse: requirements-browse.lock .venv/.ready
	@.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-browse.lock
	@touch $@

.venv/.parquet: requirements-parquet.lock .venv/.ready
	@.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-parquet.lock
	@touch $@

parquet: .venv/.parquet ## install what writes Apache Parquet (pyarrow)

.venv/.postgresql: requirements-postgresql.lock .venv/.ready
	@.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-postgresql.lock
	@touch $@

postgresql: .venv/.postgresql ## install the driver for a corpus on a PostgreSQL server

.venv/.cluster: requirements-cluster.lock .venv/.ready
	@.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-cluster.lock
	@touch $@

cluster: .venv/.cluster .venv/.postgresql ## install what builds a corpus on many machines (Dask)

browse: .venv/.browse ## look around in the corpus with Datasette (CORPUS=file PORT=8001)
	@.venv/bin/enregard browse --corpus "$$CORPUS" $(if $(PORT),--port "$(PORT)")

model: .venv/.ready ## install the better translation engine (ARGOS_PACKAGE=file, or a download)
	@.venv/bin/enregard model install

.venv/.train: requirements-train.lock .venv/.dev
	@.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-train.lock
	@touch $@

training/bundle/meta.json: .venv/.train
	@.venv/bin/python -m training.prepare --data "$(MT)" $(if $(filter cpu,$(DEVICE)),,--rough 0)

model-train: training/bundle/meta.json ## train our translation package anew (MT=folder of text MINUTES=50 DEVICE=cpu THREADS=1)
	@$(if $(filter cpu,$(DEVICE)),RUN=training/run FALL=0.15 MINUTES=$(MINUTES) sh training/cpu.sh,.venv/bin/python -m training.train --minutes $(MINUTES) --compile)
	@sh training/finish.sh training/run "$(MT)" models

ocr: ## install what recognises the text of scans and pictures (Debian's Tesseract)
	@sh scripts/packages.sh tesseract-ocr tesseract-ocr-fra tesseract-ocr-eng

doctor: .venv/.ready ## say what is present, what is missing and how to mend it
	@.venv/bin/enregard doctor

# As many processes as there are processors; a file's tests stay together, so that what they share is made once.
ON_SERVER = $(addprefix tests/test_,$(addsuffix .py,store search review_desk))
PYTEST = .venv/bin/python -m pytest --numprocesses auto --maxprocesses 8 --dist loadfile

test: engine ## run every test
	@$(PYTEST)

test-fast: .venv/.ready ## run the tests without whole builds, browsers and training
	@$(PYTEST) -m "not slow"

# The tests that ask the database, over again on a server of their own: what they take for a file is a database there.
test-postgresql: .venv/.ready .venv/.postgresql
	@ENREGARD_POSTGRESQL=1 $(PYTEST) -m "not slow and not sqlite" $(ON_SERVER)

.venv/.dev: requirements-dev.lock .venv/.ready
	@.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

check: .venv/.dev ## lint, types and formatting
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

bench: .venv/.dev ## quality floors and speed, on the development data (DEV=folder)
	@$(if $(DEV),ENREGARD_DEV="$(DEV)") .venv/bin/python -m benchmarks --check

golden: .venv/.dev ## write tests/golden anew, after a change of weights or rules that is meant
	@.venv/bin/python -m tests.golden

docs: .venv/.ready ## write the generated pages of docs/ anew
	@.venv/bin/python -m pipeline.docs

sbom: .venv/.dev ## write a bill of materials in CycloneDX to build/sbom.cdx.json
	@SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || date +%s)} .venv/bin/python scripts/sbom.py build/sbom.cdx.json
	@echo build/sbom.cdx.json

clean: ## remove the corpus and the set-up, keep installed translation packages
	rm -rf .venv db/corpus.sqlite db/corpus.sqlite-* db/corpus.sqlite.* db/corpus.html db/corpus-pages
