# Each target is a line or two over the real tools. uv is used if it is there, else it goes into .uv/, nothing global.
UV := $(shell command -v uv || echo .uv/bin/uv)
RASA := PYTHONPATH=. RASA_TELEMETRY_ENABLED=false SQLALCHEMY_SILENCE_UBER_WARNING=1 nlu/.venv/bin/python -W ignore -m rasa
MODEL := models/motcua.tar.gz

.PHONY: run test lint train evaluate bench
.DEFAULT_GOAL := run

run: $(UV) ## install, migrate, start, print the addresses
	@$(UV) sync --quiet --frozen --inexact --no-dev
	@exec .venv/bin/motcua serve

test: $(UV) nlu/.venv/.ready lint ## the whole suite, Rasa parity included
	.venv/bin/python -m pytest

lint: $(UV)
	$(UV) sync --quiet --frozen
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy

train: $(UV) nlu/.venv/.ready ## check the sentences, train with Rasa, test with Rasa, write model and report
	$(UV) sync --quiet --frozen --inexact
	.venv/bin/motcua sentences check
	.venv/bin/motcua sentences gather build/training
	rm -rf .rasa && $(RASA) train nlu --config config.yml --nlu build/training --out models --fixed-model-name motcua
	.venv/bin/motcua model seal
	$(RASA) test nlu --nlu tests/evaluation --model $(MODEL) --out build/evaluation --no-plot
	.venv/bin/motcua model report build/evaluation

evaluate: $(UV) ## how far the trained model can be trusted: docs/accuracy.md
	$(UV) sync --quiet --frozen --inexact
	.venv/bin/motcua model report build/evaluation

bench: $(UV) ## measure, as JSON and a table
	$(UV) sync --quiet --frozen --inexact
	.venv/bin/python -m benchmarks
	.venv/bin/python -m benchmarks.desk

nlu/.venv/.ready: nlu/uv.lock nlu/pyproject.toml nlu/.python-version | $(UV)
	$(UV) --directory nlu sync --quiet --frozen
	touch $@

.uv/bin/uv:
	python3 -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check uv
