# Attention Lab.  make run: the app in your browser.  make test: everything is checked.
# Works with GNU make 3.81 and newer, on Linux and macOS, with Python 3.11 or newer.

ATTENTION_LAB_HOST ?= 127.0.0.1
ATTENTION_LAB_PORT ?= 8501
export ATTENTION_LAB_HOST ATTENTION_LAB_PORT
TEST_PROCESSES ?= 3
VENV := .venv
PY := $(VENV)/bin/python
ADDRESS := http://$(subst 0.0.0.0,127.0.0.1,$(ATTENTION_LAB_HOST)):$(ATTENTION_LAB_PORT)

# An environment whose Python is gone (upgraded, or the folder moved) is made anew.
GONE := $(shell [ -e $(VENV)/created ] && ! $(PY) -c "" 2>/dev/null && rm -f $(VENV)/created $(VENV)/installed $(VENV)/installed-dev)

# One thread of arithmetic per test process; three of them, since many tests wait.
ONE_THREAD := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1

.PHONY: help run test unit browser check format words bench clean

help:
	@echo "make run      the app in your browser ($(ADDRESS))"
	@echo "make test     style, types, unit tests, every page, a real browser"
	@echo "make check    style and types alone"
	@echo "make format   put the code in the house style"
	@echo "make words    the catalogue of all texts, for translators"
	@echo "make bench    training step and pages, measured against their peers"
	@echo "make clean    remove the virtual environment and the caches"

# The shell becomes the server, so its process number is the server's: the helper beside it waits until the server
# answers, opens the browser once, and ends with the server.
run: $(VENV)/installed
	@( while kill -0 $$$$ 2>/dev/null; do \
	     if $(PY) -c "import urllib.request; urllib.request.urlopen('$(ADDRESS)/_stcore/health', timeout=2)" 2>/dev/null; then \
	       if [ "$$(uname)" = Darwin ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then $(PY) -m webbrowser "$(ADDRESS)" >/dev/null 2>&1; \
	       else echo "Attention Lab is at $(ADDRESS)"; fi; \
	       break; \
	     fi; sleep 0.3; \
	   done ) & \
	exec $(PY) server.py

test: check $(VENV)/installed-dev
	@$(PY) -m bench.browser || true
	$(ONE_THREAD) $(PY) -m pytest -n $(TEST_PROCESSES) --dist loadfile

unit: $(VENV)/installed-dev
	$(ONE_THREAD) $(PY) -m pytest -n $(TEST_PROCESSES) --dist loadfile -m "not browser"

browser: $(VENV)/installed-dev
	@$(PY) -m bench.browser || true
	$(ONE_THREAD) $(PY) -m pytest -m browser

check: $(VENV)/installed-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: $(VENV)/installed-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

words: $(VENV)/installed
	$(PY) -m ui.extract

bench: $(VENV)/installed-dev
	@$(PY) -m bench.browser
	$(PY) -m bench.training
	$(PY) -m bench.pages

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis

# A mark is written after pip has finished, so an interrupted installation starts again, and a finished one is not
# repeated until its list of requirements changes.
$(VENV)/installed: requirements.txt | $(VENV)/created
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt requirements.txt | $(VENV)/created
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/installed

$(VENV)/created:
	@for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	   if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$candidate"; break; fi; \
	 done; \
	 if [ -z "$$found" ]; then echo "Attention Lab needs Python 3.11 or newer; none was found. Name one: make PYTHON=/path/to/python" >&2; exit 1; fi; \
	 echo "Making $(VENV) with $$found; the first installation takes some minutes."; \
	 "$$found" -m venv --clear $(VENV) || { echo "Python could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@touch $@
