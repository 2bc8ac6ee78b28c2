// Package dump writes the state of a running vipd in keepalived's formats, for
// the programs that read them: the data file of SIGUSR1, the statistics of
// SIGUSR2 and the JSON of SIGRTMIN+2. Labels, order and units are those that
// keepalived 2.2.7 prints; what only makes sense inside keepalived (file
// descriptors, its own counters of configuration faults) is left out.
package dump

import (
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/status"
)

// Paths of the files, as keepalived has them by default.
const (
	DataFile  = "/tmp/keepalived.data"
	StatsFile = "/tmp/keepalived.stats"
	JSONFile  = "/tmp/keepalived.json"
)

// pair is an instance as it is configured and as it is.
type pair struct {
	conf   *conf.Instance
	status *status.Instance
}

// pairs joins both by name, in the configuration's order. An instance that has
// no status is left out: it does not run.
func pairs(cfg *conf.Config, st *status.Status) []pair {
	by := map[string]*status.Instance{}
	for i := range st.Instances {
		by[st.Instances[i].Name] = &st.Instances[i]
	}
	var list []pair
	for _, i := range cfg.Instances {
		if s := by[i.Name]; s != nil {
			list = append(list, pair{i, s})
		}
	}
	return list
}

// device is how an interface is called that addresses are on: "vrrp.51@eth0".
func (p pair) device(name string) string {
	if p.conf.VMAC && name == p.conf.Interface && p.status.Device != name {
		return p.status.Device + "@" + name
	}
	return name
}

// address is "192.168.0.5/24 brd 192.168.0.255 dev eth0 scope global label eth0:0 set".
func (p pair) address(a *conf.Address, held bool) string {
	var b strings.Builder
	if b.WriteString(a.Prefix.Addr().String()); !a.Prefix.IsSingleIP() {
		fmt.Fprintf(&b, "/%d", a.Prefix.Bits())
	}
	if a.Peer.IsValid() {
		fmt.Fprintf(&b, " peer %s", a.Peer)
	}
	if a.Broadcast.IsValid() {
		fmt.Fprintf(&b, " brd %s", a.Broadcast)
	}
	fmt.Fprintf(&b, " dev %s scope %s", p.device(a.Interface), scope(a.Scope))
	if a.Label != "" {
		fmt.Fprintf(&b, " label %s", a.Label)
	}
	if a.Prefix.Addr().Is6() {
		switch a.Preferred {
		case 0:
			b.WriteString(" deprecated")
		case conf.Forever:
			b.WriteString(" preferred_lft forever")
		default:
			fmt.Fprintf(&b, " preferred_lft %.0f", a.Preferred.Seconds())
		}
	}
	if held {
		b.WriteString(" set")
	}
	return b.String()
}

// scope is the name of an rtnetlink scope (linux/rtnetlink.h).
func scope(n int) string {
	if name := map[int]string{0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}[n]; name != "" {
		return name
	}
	return strconv.Itoa(n)
}

// addresses are the texts of list.
func (p pair) addresses(list []conf.Address, excluded bool) []string {
	var texts []string
	for i := range list {
		texts = append(texts, p.address(&list[i], p.held(list[i].Prefix, excluded)))
	}
	return texts
}

func (p pair) held(prefix netip.Prefix, excluded bool) bool {
	for _, a := range p.status.Addresses {
		if a.Prefix == prefix && a.Excluded == excluded {
			return a.Held
		}
	}
	return false
}

// command is a script as keepalived prints it: each word in quotes.
func command(c *conf.Command) string {
	if len(c.Args) == 0 {
		return ""
	}
	return "'" + strings.Join(c.Args, "' '") + "'"
}

// number is a state as JSON has it.
func number(state string) int {
	return map[string]int{"INIT": 0, "BACKUP": 1, "MASTER": 2, "FAULT": 3}[state]
}

// wanted is keepalived's "wantstate": the state that it is in or, in any other,
// the configured one.
func (p pair) wanted() string {
	if s := p.status.State; s == "MASTER" || s == "BACKUP" {
		return s
	}
	return string(p.conf.State)
}

// errWriter keeps the first error of many prints.
type errWriter struct {
	w   io.Writer
	err error
}

func (e *errWriter) printf(format string, args ...any) {
	if e.err == nil {
		_, e.err = fmt.Fprintf(e.w, format, args...)
	}
}

func (e *errWriter) close(what string) error {
	if e.err != nil {
		return fmt.Errorf("write %s: %w", what, e.err)
	}
	return nil
}
