package lab

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/viplab/viplab/lab/timeline"
)

// ErrNoRole says that nobody plays a role at the moment.
var ErrNoRole = errors.New("no node has this role now")

var role = regexp.MustCompile(`^(master|backup)\((\d+)\)$`)

// Resolve returns the node that is meant: itself, or the one that plays a role
// now. master(51) is the last that advertised VRID 51 and did not resign;
// backup(51) is the first other node, by name, that has an instance of it.
func (l *Lab) Resolve(node string) (string, error) {
	m := role.FindStringSubmatch(node)
	if m == nil {
		_, err := l.host(node)
		return node, err
	}
	vrid, err := strconv.Atoi(m[2])
	if err != nil {
		return "", fmt.Errorf("role %s: %w", node, err)
	}
	master := masterOf(l.Recorder.Events(), vrid)
	if m[1] == "backup" {
		master = l.otherThan(master, vrid)
	}
	if master == "" {
		return "", fmt.Errorf("%s: %w", node, ErrNoRole)
	}
	return master, nil
}

// masterOf returns who sent the last advertisement of a VRID, or "" if it resigned.
func masterOf(events []timeline.Event, vrid int) string {
	for _, e := range slices.Backward(events) {
		if e.Kind != timeline.KindFrame || e.Frame.VRRP == nil || e.Frame.VRRP.VRID != vrid {
			continue
		}
		if e.Frame.VRRP.Priority == 0 {
			return ""
		}
		return e.Node
	}
	return ""
}

// otherThan returns the first node but master that has an instance of a VRID.
func (l *Lab) otherThan(master string, vrid int) string {
	for _, name := range l.Nodes() {
		c, ok := l.configs[name]
		if !ok || name == master {
			continue
		}
		for _, i := range c.Instances {
			if i.VRID == vrid {
				return name
			}
		}
	}
	return ""
}
