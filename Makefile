# Everything a new machine needs is made by these targets; `make` alone prints them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := .venv/bin

.PHONY: help setup run nlu test quick slow lint storm reminders families turn-time attackers bench bench-transport bench-nlu read-scores messages screens xlsforms picture clean

help: ## Print these lines
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.tools/bin/uv:
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Wasl needs Python 3.11 or newer as python3."; exit 1; }
	python3 -m venv .tools && .tools/bin/python -m pip install --quiet --disable-pip-version-check uv

.venv/.ready: pyproject.toml uv.lock | $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv)
	$(UV) sync --frozen --quiet
	@touch $@

setup: .venv/.ready ## Make .venv with everything in it, and the command .venv/bin/wasl

run: setup ## Start bot, desk and (without a Telegram token) the sandbox phone page; Ctrl-C stops all
	@exec $(RUN)/wasl run

nlu: setup ## Make Rasa's environment, check its data, train, and test; `make run` then uses it (about 10 minutes, 1.6 GB)
	PATH="$(dir $(UV)):$$PATH" $(RUN)/wasl nlu build
	PYTHONPATH=. PYTHONWARNINGS=ignore TF_CPP_MIN_LOG_LEVEL=3 nlu/.venv/bin/python -m unittest discover -q -s nlu/component_tests -t .
	$(RUN)/wasl nlu test nlu/tests/ar.yml nlu/tests/ku.yml nlu/tests/tr.yml nlu/tests/en.yml nlu/tests/de.yml nlu/tests/fr.yml nlu/tests/ar-Latn.yml

test: lint quick slow ## Everything that guards a change: lint, types, imports, tests (under 10 minutes on 2 cores)

lint: setup ## Ruff, mypy, import contracts, the shipped form, the words of every language
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/wasl form check
	$(RUN)/wasl i18n check

quick: setup ## The quick tests
	$(RUN)/pytest -n 2 -m "not slow and not browser" tests

slow: setup ## Browser tests and what takes longer
	$(RUN)/pytest -m "slow or browser" tests

storm: setup ## Kill the bot at random while 200 families write; SQLite and PostgreSQL; figures in docs/assurance/
	$(RUN)/python -m bench.storm

reminders: setup ## A year of reminders for 10,000 families, and 100,000 due at once; figures in docs/assurance/
	$(RUN)/python -m bench.reminders

families: setup ## A thousand scripted families through the bot, 300 days in minutes, every report compared; docs/assurance/
	$(RUN)/python -m bench.families

turn-time: setup ## How long a turn takes after 10, 50, 100, 150 answers; figures in docs/assurance/
	$(RUN)/python -m bench.turn_time

attackers: setup ## Ten thousand chats guess codes and PINs for a month, through the real limits; figures in docs/assurance/
	$(RUN)/python -m bench.attackers

bench: setup ## Updates per second and latency beside four other bots; figures in bench/results/
	PATH="$(dir $(UV)):$$PATH" $(RUN)/python -m bench.run
	$(RUN)/python -m bench.table

bench-transport: setup ## The Bot API client over httpx and aiohttp, side by side
	$(RUN)/python -m bench.transports
	$(RUN)/python -m bench.table

bench-nlu: setup ## How well and how fast free text is understood, beside stock Rasa; wants `make nlu` first
	PATH="$(dir $(UV)):$$PATH" $(RUN)/python -m bench.nlu
	$(RUN)/python -m bench.table

read-scores: setup ## What readers understand of example phrases, beside other libraries; figures in bench/results/
	PATH="$(dir $(UV)):$$PATH" $(RUN)/python -m bench.read_scores
	$(RUN)/python -m bench.table

xlsforms: setup ## How many public XLSForms come in and run in chat; figures in bench/results/, table in docs/forms.md
	$(RUN)/python -m bench.xlsforms

messages: setup ## Extract what must be translated and bring the catalogs in step; then translate, then `wasl i18n check`
	$(RUN)/wasl i18n update

screens: setup ## A conversation on the phone page in each language, photographed into artifacts/screens/ for you to look at
	$(RUN)/python -m bench.screens

picture: setup ## Draw the shipped form into docs/
	$(RUN)/wasl form draw --to docs/flow.svg
	$(RUN)/wasl form draw --to docs/flow.mmd

clean: ## Remove what setup and tests made (not data/)
	rm -rf .venv .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis artifacts
