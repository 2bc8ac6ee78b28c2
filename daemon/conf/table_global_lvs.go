package conf

import (
	"net/netip"
	"strconv"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// maxTimeout is the longest timeout of a connection that IPVS takes, in seconds:
// 31 days.
const maxTimeout = 31 * 24 * 60 * 60

// globalLVSRows are the words about IPVS and the checkers.
func globalLVSRows() []schema.Keyword {
	flush := func(g *Global) *string { return &g.LVS.FlushOnStop }
	stop := schema.Keyword{Name: "lvs_flush_on_stop", Else: "off", Doc: "remove services at once when it stops", Field: flushField(flush)}
	old := stop
	old.Name, old.Else, old.Same, old.Instead = "lvs_flush_onstop", "", stop.Name, stop.Name
	return []schema.Keyword{
		truth("checker_log_all_failures", "log each check that fails", func(g *Global) *bool { return &g.LVS.LogAllFailures }),
		{Name: "lvs_timeouts", Else: "kernel values", Doc: "have IPVS forget connections after those times", Field: timeoutField()},
		on("lvs_flush", "empty the table of IPVS when it starts", func(g *Global) *bool { return &g.LVS.Flush }),
		stop, old,
		{Name: "lvs_sync_daemon", First: true, Else: "id = VRID or 0", Doc: "tell other directors of connections", Field: syncField()},
		truth("rs_init_notifies", "run the commands of real servers for their first state too", func(g *Global) *bool { return &g.LVS.InitNotifies }),
	}
}

func flushField(at func(*Global) *string) schema.Field {
	return schema.Field{Form: "flag [VS]", Max: 1,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			how := "all"
			if len(words) > 1 {
				var ok bool
				if how, ok = choose(c, words[0], words[1], "VS"); !ok {
					c.Reject()
					return
				}
			}
			*at(obj.(*Global)) = how
		},
		Print: func(obj any) [][]string {
			if *at(obj.(*Global)) == "VS" {
				return [][]string{{"VS"}}
			}
			return [][]string{{}}
		}}
}

// timeoutField takes pairs of a kind of connection and seconds.
func timeoutField() schema.Field {
	at := func(l *GlobalLVS, kind string) *time.Duration {
		return map[string]*time.Duration{"tcp": &l.TCPTimeout, "tcpfin": &l.TCPFinTimeout, "udp": &l.UDPTimeout}[kind]
	}
	kinds := []string{"tcp", "tcpfin", "udp"}
	return schema.Field{Form: "tcp N | tcpfin N | udp N (0-31 days)", Unit: "s", Kind: schema.List, Min: 2, Max: 6,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			l := &obj.(*Global).LVS
			if before := *l; !readTimeouts(c, words[0], words[1:], func(kind string, d time.Duration) { *at(l, kind) = d }, kinds) {
				*l = before
				c.Reject()
			}
		},
		Print: func(obj any) [][]string {
			var words []string
			for _, kind := range kinds {
				if d := *at(&obj.(*Global).LVS, kind); d > 0 {
					words = append(words, kind, strconv.FormatInt(int64(d/time.Second), 10))
				}
			}
			if words == nil {
				words = []string{"tcp", "0"}
			}
			return [][]string{words}
		}}
}

// readTimeouts reads pairs of a kind and its seconds, and reports whether all of
// them are sound.
func readTimeouts(c *schema.Context, key syntax.Word, list []syntax.Word, set func(kind string, d time.Duration), kinds []string) bool {
	for ; len(list) > 0; list = list[2:] {
		kind, ok := choose(c, key, list[0], kinds...)
		if !ok {
			return false
		}
		if len(list) < 2 {
			c.Errorf(diag.MissingWord, list[0], "%s: %s has no time; the line is passed over", key.Text, kind)
			return false
		}
		n, ok := c.Int(list[0], list[1], 0, maxTimeout)
		if !ok {
			return false
		}
		set(kind, time.Duration(n)*time.Second)
	}
	return true
}

// syncField is an interface, the instance to follow, and options. The word "inst"
// before the instance may be left out.
func syncField() schema.Field {
	return schema.Field{Form: "IFNAME [INSTANCE] [id N][maxlen N][port N][ttl N][group IP]", Kind: schema.List, Min: 1, Max: 13,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			d := &SyncDaemon{Interface: words[1].Text, ID: -1}
			obj.(*Global).LVS.Sync = d
			c.Keep()
			list := words[2:]
			if len(list) > 0 && list[0].Text == "inst" {
				list = list[1:]
				if len(list) == 0 {
					c.Errorf(diag.MissingWord, words[2], "%s: inst has no name; both parts of the sync daemon run", words[0].Text)
				}
			}
			if len(list) > 0 && !isSyncOption(list[0].Text) {
				d.Instance, list = list[0].Text, list[1:]
			}
			for len(list) > 0 {
				list = list[d.option(c, list):]
			}
		},
		Print: func(obj any) [][]string { return [][]string{obj.(*Global).LVS.Sync.words()} }}
}

var syncOptions = [...]string{"id", "maxlen", "port", "ttl", "group"}

func isSyncOption(word string) bool {
	for _, o := range syncOptions {
		if o == word {
			return true
		}
	}
	return false
}

// option reads one option of lvs_sync_daemon and returns how many words it took.
// A value that is wrong is passed over.
func (d *SyncDaemon) option(c *schema.Context, list []syntax.Word) int {
	key := list[0]
	switch {
	case !isSyncOption(key.Text):
		c.Errorf(diag.UnknownKeyword, key, "lvs_sync_daemon: unknown word %q; it is passed over", key.Text)
		return 1
	case len(list) < 2:
		c.Errorf(diag.MissingWord, key, "lvs_sync_daemon: %s has no value", key.Text)
		return 1
	}
	number := func(low, high int, take func(n int)) {
		if n, ok := c.Int(key, list[1], low, high); ok {
			take(n)
		}
	}
	switch key.Text {
	case "id":
		number(0, 255, func(n int) { d.ID = n })
	case "maxlen":
		number(1, 65507, func(n int) { d.MaxLen = n })
	case "port":
		number(1, 65535, func(n int) { d.Port = uint16(n) })
	case "ttl":
		number(1, 255, func(n int) { d.TTL = n })
	case "group":
		if a, err := netip.ParseAddr(list[1].Text); err != nil || !a.IsMulticast() {
			c.Errorf(diag.BadAddress, list[1], "lvs_sync_daemon group: %q is no multicast group; it is passed over", list[1].Text)
		} else {
			d.Group = a
		}
	}
	return 2
}

// words are d as the file would say it.
func (d *SyncDaemon) words() []string {
	words := []string{d.Interface}
	add := func(given bool, name, value string) {
		if given {
			words = append(words, name, value)
		}
	}
	add(d.Instance != "", "inst", d.Instance)
	add(d.ID >= 0, "id", strconv.Itoa(d.ID))
	add(d.MaxLen > 0, "maxlen", strconv.Itoa(d.MaxLen))
	add(d.Port > 0, "port", strconv.Itoa(int(d.Port)))
	add(d.TTL > 0, "ttl", strconv.Itoa(d.TTL))
	add(d.Group.IsValid(), "group", d.Group.String())
	return words
}
