# Everything here works from a fresh clone with Go and, for what apt-get installs,
# root; a second time nothing is built again.

GO ?= go
export CGO_ENABLED = 0

# What tests run on nodes.
export VIPLAB_VIPD = $(CURDIR)/bin/vipd
export VIPLAB_NODE = $(CURDIR)/bin/viplab-node

.PHONY: all build setup kernel demo test race lint bench bench-timing bench-lvs fuzz generate clean

all: build

build: ## static bin/viplab and bin/vipd, and bin/viplab-node, which makes guests faster
	$(GO) build -trimpath -ldflags '-s -w' -o bin/ ./cmd/...

setup: build ## packages and the guest kernel, once
	./hack/packages
	./bin/viplab kernel build

demo: setup ## the course suite with vipd and keepalived
	./bin/viplab run --daemon vipd,keepalived course

# The race detector does not run in a guest; these start themselves in one.
in_guests = /(scenarios|scenarios/pairs|cmd/viplab|examples/failover)$$

test: setup lint ## every test
	$(GO) test -timeout 20m ./...
	CGO_ENABLED=1 $(GO) test -race -short $$($(GO) list ./... | grep -vE '$(in_guests)')

lint: ## gofmt, vet and staticcheck
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

bench: setup ## lab seconds per host second; seconds to build labs, beside Mininet's
	-./hack/packages mininet bridge-utils
	$(GO) test -run '^$$' -bench Hour -benchtime 1x ./lab/job
	VIPLAB_KERNEL=host $(GO) test -run '^$$' -bench Build -benchtime 3x ./lab
	$(GO) test -run '^$$' -bench . ./lab/timeline ./lab/expect
	$(GO) test -run '^$$' -bench ConfigTest -benchtime 20x ./cmd/vipd

TIMING ?=

bench-timing: build ## vipd beside keepalived in real time: takeover, jitter, CPU, memory (root; TIMING='-only takeover')
	./hack/packages keepalived
	$(GO) run ./bench/timing $(TIMING)

LVS ?=

bench-lvs: setup ## vipd beside keepalived as a director of 5,000 real servers, in a guest: start, reload, CPU, memory (LVS='-only vipd')
	./hack/packages keepalived
	$(GO) run ./bench/lvs $(LVS)

FUZZTIME ?= 10m

fuzz: ## every fuzz target, one after the other
	./hack/fuzz $(FUZZTIME)

generate: ## golden files, schemas
	$(GO) generate ./...

clean: ## what a build and runs have left
	rm -rf bin runs
