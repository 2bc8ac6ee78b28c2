package ha

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/viplab/viplab/lab/topology"
)

// ErrCast says that a cast does not fit a topology.
var ErrCast = errors.New("daemons do not fit the nodes")

// castSeparator stands between the daemons of a cast: vipd+keepalived.
const castSeparator = "+"

// Cast is which daemon each ha node of a lab runs, in the nodes' alphabetical
// order. One daemon alone is for all of them.
type Cast []Daemon

// FindCast finds the daemons of a cast by its name: "vipd" for all nodes, or
// "vipd+keepalived", one for each. The same daemon everywhere is that daemon
// alone, so that equal runs have equal names. Errors are those of Find.
func FindCast(ctx context.Context, name string) (Cast, error) {
	var c Cast
	for part := range strings.SplitSeq(name, castSeparator) {
		d, err := Find(ctx, part)
		if err != nil {
			return nil, err
		}
		c = append(c, d)
	}
	return c.Fold(), nil
}

// Fold makes one of many where all are the same.
func (c Cast) Fold() Cast {
	if len(c) > 1 && !slices.ContainsFunc(c, func(d Daemon) bool { return d != c[0] }) {
		return c[:1]
	}
	return c
}

// CastNames lists the casts of up to two nodes, in order: every daemon alone,
// and every pair of different ones in both orders.
func CastNames() []string {
	var alone, pairs []string
	for _, first := range Names() {
		alone = append(alone, first)
		for _, second := range Names() {
			if first != second {
				pairs = append(pairs, first+castSeparator+second)
			}
		}
	}
	return append(alone, pairs...)
}

// Name names the cast as --daemon does: "vipd+keepalived".
func (c Cast) Name() string { return c.join(func(d Daemon) string { return d.Name }) }

// Version is the daemons' versions in the same order: "0.1.0+2.2.7".
func (c Cast) Version() string { return c.join(func(d Daemon) string { return d.Version }) }

func (c Cast) join(of func(Daemon) string) string {
	parts := make([]string, len(c))
	for i, d := range c {
		parts[i] = of(d)
	}
	return strings.Join(parts, castSeparator)
}

// Assign gives each node its daemon. The error wraps ErrCast where the cast has
// neither one daemon nor one for each node: a result would bear the name of a
// daemon that was not there.
func (c Cast) Assign(nodes []topology.HANode) (map[string]Daemon, error) {
	if len(c) != 1 && len(c) != len(nodes) {
		return nil, fmt.Errorf("%w: %s is for %d nodes with an ha service, the topology has %d",
			ErrCast, c.Name(), len(c), len(nodes))
	}
	all := make(map[string]Daemon, len(nodes))
	for i, n := range nodes {
		all[n.Node] = c[i%len(c)]
	}
	return all, nil
}

// Lacks says, daemon by daemon, what of needs they cannot do: "vipd has no lvs".
// It is empty where each can do all of it.
func (c Cast) Lacks(needs []string) []string {
	var lacks []string
	for _, d := range c {
		if missing := d.Lacks(needs); len(missing) > 0 {
			lacks = append(lacks, d.Name+" has no "+strings.Join(missing, ", "))
		}
	}
	slices.Sort(lacks)
	return slices.Compact(lacks)
}
