package conf

import (
	"time"

	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

func linkbeatBlock() *schema.Block {
	return &schema.Block{Path: "linkbeat_interfaces", Item: &schema.Item{
		Head: schema.Keyword{Name: "IFNAME", Unlisted: true, Doc: "poll that interface", Field: schema.Field{Form: "IFNAME [MII|ETHTOOL|IOCTL]", Min: 1, Max: 2,
			Take: func(rest []word) int { return 2 },
			Read: func(c *schema.Context, obj any, words []word) {
				l := obj.(*Linkbeat)
				l.Interface = readInterface(c, words[1])
				if len(words) > 2 {
					l.Method, _ = c.Choice(word{Text: "method"}, words[2], []string{"MII", "ETHTOOL", "IOCTL"})
				}
			},
			Print: func(obj any) [][]string {
				l := obj.(*Linkbeat)
				if l.Method == "" {
					return printed(l.Interface)
				}
				return [][]string{{l.Interface, l.Method}}
			}}},
		HeadFirst: true,
		Begin:     func(*schema.Context, any, *syntax.Statement) any { return &Linkbeat{} },
		End: func(_ *schema.Context, obj, item any, _ *syntax.Statement, _ bool) {
			if l := item.(*Linkbeat); l.Interface != "" {
				obj.(*Config).Linkbeats = append(obj.(*Config).Linkbeats, *l)
			}
		},
		Each: each(func(c *Config) *[]Linkbeat { return &c.Linkbeats }),
	}}
}

// maxDebounce bounds the delays of interfaces.
const maxDebounce = 255 * time.Second

func debounceBlock() *schema.Block {
	return &schema.Block{Path: "interface_up_down_delays", Item: &schema.Item{
		Head: schema.Keyword{Name: "IFNAME", Unlisted: true, Doc: "wait before a change of that link counts", Field: schema.Field{Form: "IFNAME DOWN [UP]", Min: 1, Max: 3,
			Take: func(rest []word) int { return len(rest) }, Read: readDebounce,
			Print: func(obj any) [][]string {
				d := obj.(*Debounce)
				return [][]string{{d.Interface, schema.FormatDecimal(d.Down, time.Second), schema.FormatDecimal(d.Up, time.Second)}}
			}}},
		HeadFirst: true,
		Begin:     func(*schema.Context, any, *syntax.Statement) any { return &Debounce{} },
		End: func(_ *schema.Context, obj, item any, _ *syntax.Statement, _ bool) {
			if d := item.(*Debounce); d.Interface != "" {
				obj.(*Config).Debounces = append(obj.(*Config).Debounces, *d)
			}
		},
		Each: each(func(c *Config) *[]Debounce { return &c.Debounces }),
	}}
}
