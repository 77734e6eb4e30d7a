# make demo · make test · make check · make build · make rig · make bench · make drill, and others: each installs what it needs.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help build demo test check vendor unit browser attack sabotage mutants rig bench drill

TARGET := $(or $(CARGO_TARGET_DIR),target)
CARGO := cargo
# The load rig lives away from the repository, in an installation of its own.
RIG_HOME ?= /var/tmp/alleanza-rig-$(shell id -u)
# A copy of the sources that is broken line by line, with a target folder that stays warm.
SABOTAGE_HOME ?= /var/tmp/alleanza-sabotage-$(shell id -u)

help:
	@echo "make demo    costruisce, carica un'alleanza vera con una storia inventata e la serve su http://localhost:8080"
	@echo "make test    tutte le prove, nel browser comprese"
	@echo "make attack  le prove a caso, cento volte più a lungo e con altri dadi"
	@echo "make sabotage  rompe una riga per volta (attacco/sabotaggi.txt) e guarda che una prova diventi rossa (SOLO=: numeri o parole)"
	@echo "make mutants   cambia a caso le parti senza database e guarda che le loro prove se ne accorgano"
	@echo "make check   formato, lint, licenze, ordine degli import, file rigenerati"
	@echo "make build   $(TARGET)/release/alleanza, completo"
	@echo "make rig     il banco di prova: una regione intera di comuni, in RIG_HOME ($(RIG_HOME))"
	@echo "make bench   le misure sul banco, in bench/RESULTS.md (BENCH_SHORT=1: la forma breve)"
	@echo "make drill   uccide, stacca la corrente, riempie i dischi, sposta l’orologio, e controlla che non manchi nulla, in drill/RESULTS.md (DRILL_BREVE=1: la forma breve)"

# Stylesheet, icons and fonts come from npm, are trimmed and never committed.
vendor:
	@tools/dipendenze.sh build
	@[ tools/node_modules/.package-lock.json -nt tools/package-lock.json ] || npm ci --prefix tools --no-audit --no-fund --loglevel=error
	@node tools/vendor.mjs

build: vendor
	$(CARGO) build --release --locked -p app

demo: build
	exec $(TARGET)/release/alleanza demo

unit: vendor
	@tools/dipendenze.sh test
	$(CARGO) test --workspace --locked --quiet
	python3 -m unittest discover -q -s tools -p 'test_*.py'

browser: vendor
	@tools/dipendenze.sh test
	$(CARGO) build --locked -p app -p simulators
	@[ acceptance/browser/node_modules/.package-lock.json -nt acceptance/browser/package-lock.json ] || npm ci --prefix acceptance/browser --no-audit --no-fund --loglevel=error
	ALLEANZA_BIN=$(abspath $(TARGET))/debug/alleanza node --test --test-concurrency=1 acceptance/browser/

# The same dice as `make unit`, thrown a hundred times as often, and then others: PROPTEST_CASES and PROPTEST_RNG_SEED choose.
attack: vendor
	@tools/dipendenze.sh test
	PROPTEST_CASES=$(or $(PROPTEST_CASES),25600) PROPTEST_RNG_SEED=$(or $(PROPTEST_RNG_SEED),$(shell date +%s)) \
	  $(CARGO) test --locked -p attacco -p kernel -p formats -p pdf -p registers -p albo -p enti

# Every wall of the list is broken in a copy, and its test must turn red.
sabotage: vendor
	@tools/dipendenze.sh test
	SABOTAGE_HOME=$(SABOTAGE_HOME) $(CARGO) run --quiet --locked -p attacco --bin sabotaggi -- $(SOLO)

# Hours, if all of them (.cargo/mutants.toml says which files); MUTANTS="-p kernel" for one crate. What survives: attacco/MUTANTI.md.
mutants: vendor
	@command -v cargo-mutants >/dev/null || $(CARGO) install cargo-mutants --locked --version 27.1.0
	$(CARGO) mutants --no-shuffle -o $(TARGET) $(MUTANTS)

rig: vendor
	@tools/dipendenze.sh bench
	$(CARGO) build --release --locked -p app -p bench
	ALLEANZA_HOME=$(RIG_HOME) $(TARGET)/release/banco rig

bench: rig
	ALLEANZA_HOME=$(RIG_HOME) $(TARGET)/release/banco misura

# The short form breaks the debug build, which is there already after the tests; the long one the program as people have it.
drill: vendor
	@tools/dipendenze.sh test
ifeq ($(DRILL_BREVE),1)
	$(CARGO) build --locked -p app -p drill
	$(TARGET)/debug/drill --bin $(TARGET)/debug/alleanza
else
	$(CARGO) build --release --locked -p app -p drill
	$(TARGET)/release/drill --lunga --bin $(TARGET)/release/alleanza --scrivi drill/RESULTS.md
endif

test: unit browser
	@$(CARGO) run --quiet --locked -p xtask -- ferma-prova

check: vendor
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	@command -v cargo-deny >/dev/null || $(CARGO) install cargo-deny --locked --version 0.20.2
	$(CARGO) deny --log-level error check bans licenses sources
	$(CARGO) run --quiet --locked -p xtask -- ordine
	$(CARGO) run --quiet --locked -p xtask -- rigenera
	git diff --exit-code -- docs
