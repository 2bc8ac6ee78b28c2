package pool

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/check"
	"github.com/viplab/viplab/daemon/conf"
)

// world is a configuration at work, with what came of the last event.
type world struct {
	t *testing.T
	Services
	said []string
}

func newWorld(t *testing.T, text string) *world {
	w := &world{t: t}
	w.load(text)
	return w
}

func parse(t *testing.T, text string) *conf.Config {
	t.Helper()
	cfg, err := conf.Read(strings.NewReader(text), "k.conf")
	if cfg == nil {
		t.Fatal(err)
	}
	return cfg
}

func (w *world) load(text string) { w.note(w.Load(parse(w.t, text))) }

// checker is the nth checker of a server, by its address.
func (w *world) checker(server string, n int) *checker {
	w.t.Helper()
	for _, v := range w.list {
		for _, r := range v.servers {
			if r.conf.Address.Addr().String() == server {
				return r.checkers[n]
			}
		}
	}
	w.t.Fatalf("no server %s", server)
	return nil
}

func (w *world) result(server string, n int, r check.Result) {
	w.t.Helper()
	r.ID = w.checker(server, n).id
	w.note(w.Result(r))
}

func (w *world) up(server string)   { w.result(server, 0, check.Result{Up: true}) }
func (w *world) down(server string) { w.result(server, 0, check.Result{Reason: "refused"}) }

// weigh is a success that says something of the weight.
func (w *world) weigh(server string, weight int, absolute bool) {
	w.result(server, 0, check.Result{Up: true, HasWeight: true, Absolute: absolute, Weight: weight})
}

func (w *world) note(list []Action) {
	w.said = nil
	for _, a := range list {
		switch a := a.(type) {
		case Say:
			w.said = append(w.said, a.Text)
		case Tell:
			e := a.Event
			what := e.Virtual
			if e.Real != "" {
				what = e.Real + " " + what
			}
			w.said = append(w.said, fmt.Sprintf("%s: %s %s (%s)", e.Keyword, what, map[bool]string{true: "UP", false: "DOWN"}[e.Up], e.Detail))
		}
	}
}

// want holds the lines of the last event against lines.
func (w *world) want(lines ...string) {
	w.t.Helper()
	if diff := cmp.Diff(lines, w.said); diff != "" && len(lines)+len(w.said) > 0 {
		w.t.Errorf("(-want +got):\n%s", diff)
	}
}

// pool holds what the kernel is to have against lines: "SERVICE SERVER=WEIGHT ...".
func (w *world) pool(lines ...string) {
	w.t.Helper()
	if diff := cmp.Diff(lines, w.table()); diff != "" {
		w.t.Errorf("(-want +got):\n%s", diff)
	}
}

func (w *world) table() []string {
	var list []string
	for _, target := range w.Wanted() {
		line := target.Entry.Key.String()
		var servers []string
		for _, r := range target.Entry.Servers {
			servers = append(servers, fmt.Sprintf(" %s=%d", r.Address, r.Weight))
		}
		slices.Sort(servers)
		list = append(list, line+strings.Join(servers, ""))
	}
	return list
}

// virtual is a virtual server with lines of its own and servers ADDRESS WEIGHT
// LINES.
func virtual(lines string, servers ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "virtual_server 10.0.0.100 80 {\nlb_algo wrr\nlb_kind NAT\nprotocol TCP\n%s\n", lines)
	for _, s := range servers {
		b.WriteString(realServer(s))
	}
	return b.String() + "}\n"
}

// realServer is "ADDRESS WEIGHT LINES" as a real_server with a TCP_CHECK.
func realServer(s string) string {
	f := append(strings.SplitN(s, " ", 3), "")
	return fmt.Sprintf("real_server %s 80 {\nweight %s\n%s\nTCP_CHECK {\n}\n}\n", f[0], f[1], f[2])
}
