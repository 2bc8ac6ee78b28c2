package fault

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/viplab/viplab/daemon/conf/syntax"
)

// Priority changes the priority of a virtual router as an operator does: in the
// configuration file, then by reload (SIGHUP).
type Priority struct {
	Service  Service
	VRID     int // 1..255
	Priority int // 1..255
}

// ErrNoInstance says that a configuration has no instance of a VRID.
var ErrNoInstance = errors.New("no vrrp_instance with this virtual_router_id")

// Name returns "priority".
func (Priority) Name() string { return "priority" }

// Target returns NODE/SERVICE.
func (f Priority) Target() string { return f.Service.String() }

// Inject rewrites the file and reloads. Its heal writes the file as it was and
// reloads again.
func (f Priority) Inject(_ context.Context, sys System) (Heal, error) {
	path, before, err := f.Service.config(sys)
	if err != nil {
		return nil, err
	}
	after, err := setPriority(before, f.VRID, f.Priority)
	if err != nil {
		return nil, fmt.Errorf("%s on %s: %w", path, f.Service.Node, err)
	}
	if err := f.Service.reload(sys, path, after); err != nil {
		return nil, err
	}
	return func(context.Context) error { return f.Service.reload(sys, path, before) }, nil
}

// setPriority rewrites the priority of the instance with the VRID and leaves
// every other byte as it is. An instance without the keyword gets one.
func setPriority(config []byte, vrid, priority int) ([]byte, error) {
	text := string(config)
	for _, s := range syntax.Tree(text) {
		if s.Keyword() != "vrrp_instance" || value(s, "virtual_router_id").Text != strconv.Itoa(vrid) {
			continue
		}
		edit := syntax.Insert(text, s.End, fmt.Sprintf("    priority %d\n", priority))
		if word := value(s, "priority"); word.Text != "" {
			edit = syntax.Replace(text, word, strconv.Itoa(priority))
		}
		after, err := syntax.Apply(text, edit)
		return []byte(after), err
	}
	return nil, fmt.Errorf("%w %d", ErrNoInstance, vrid)
}

// value returns the first argument of a keyword in a block, of its last use, as
// that is what counts; one without text where there is none.
func value(s *syntax.Statement, keyword string) (w syntax.Word) {
	for _, line := range s.Block {
		if line.Keyword() == keyword && len(line.Args()) > 0 {
			w = line.Args()[0]
		}
	}
	return w
}
