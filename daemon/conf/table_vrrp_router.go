package conf

import (
	"strconv"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// routerRows are who the router is and where it speaks. The version comes first:
// an address before it would choose one.
func routerRows() []schema.Keyword {
	return []schema.Keyword{
		{Name: "version", Else: "global vrrp_version", Doc: "speak that version of VRRP", Many: true,
			Field: versionField(), Fill: inherit(func(i *Instance, g *Global) {
				if i.Version = g.VRRP.Version; i.Family == IPv6 {
					i.Version = 3
				}
			})},
		{Name: "strict_mode", Else: "global setting", Doc: "hold the instance to the letter of the RFC",
			Field: schema.Bool(func(i *Instance) *bool { return &i.Strict }),
			Fill:  inherit(func(i *Instance, g *Global) { i.Strict = g.VRRP.Strict })},
		{Name: "interface", Else: "required, but for unicast", Doc: "send and hear adverts on that interface",
			Field: linkName("STRING ifname", func(i *Instance) *string { return &i.Interface })},
		{Name: "vrf", Doc: "bind its sockets to the VRF", Field: linkName("STRING name", func(i *Instance) *string { return &i.VRF })},
		{Name: "virtual_router_id", Else: "required", Doc: "be the virtual router of that number",
			Field: schema.Int(1, 255, func(i *Instance) *int { return &i.VRID })},
		{Name: "advert_int", Default: "1", Doc: "send adverts that far apart",
			Field: schema.Seconds(10*time.Millisecond, 255*time.Second, func(i *Instance) *time.Duration { return &i.AdvertInt })},
		flagRow("dont_track_primary", "off", "overlook the state of its own interface", func(i *Instance) *bool { return &i.DontTrackPrimary }),
	}
}

// electionRows decide who becomes Master.
func electionRows() []schema.Keyword {
	return []schema.Keyword{
		{Name: "state", Default: "BACKUP", Doc: "begin in that state", Field: stateField()},
		{Name: "priority", Else: "100 (255 if state MASTER)", Doc: "stand for election with that priority",
			Field: priorityField(), Fill: func(_, obj any) {
				i := obj.(*Instance)
				switch {
				case i.Priority != 0: // a wrong one is 100, whatever the state
				case i.State == Master:
					i.Priority = 255
				default:
					i.Priority = 100
				}
			}},
		{Name: "preempt", Default: "on", Doc: "take over from a Master of lower priority",
			Field: schema.Flag(true, func(i *Instance) *bool { return &i.Preempt })},
		{Name: "nopreempt", Else: "off", Doc: "leave a Master of lower priority in its place",
			Field: schema.Flag(false, func(i *Instance) *bool { return &i.Preempt })},
		{Name: "preempt_delay", Default: "0", Doc: "wait before it takes over from a lower priority",
			Field: schema.Seconds(0, 1000*time.Second, func(i *Instance) *time.Duration { return &i.PreemptDelay })},
		{Name: "down_timer_adverts", Else: "3", Doc: "take over after that many missing adverts",
			Field: schema.Int(1, 100, func(i *Instance) *int { return &i.DownTimerAdverts }),
			Fill:  inherit(func(i *Instance, g *Global) { i.DownTimerAdverts = g.VRRP.DownTimerAdverts })},
		{Name: "timer_expired_backup", Newer: true, Else: "254 if bare", Doc: "step down after a long stall", Field: timerExpired()},
		{Name: "thread_timer_expired", Newer: true, Same: "timer_expired_backup", Instead: "timer_expired_backup",
			Doc: "step down after a long stall", Field: timerExpired()},
	}
}

// flagRow is a keyword of an instance without words.
func flagRow(name, otherwise, doc string, at func(*Instance) *bool) schema.Keyword {
	return schema.Keyword{Name: name, Else: otherwise, Doc: doc, Field: schema.Flag(true, at)}
}

// versionField takes the first version only, and not 2 once an IPv6 address or
// native_ipv6 has made it 3, as keepalived does.
func versionField() schema.Field {
	f := schema.Int(2, 3, func(i *Instance) *int { return &i.Version }).As("INT 2|3")
	f.Read = func(c *schema.Context, obj any, words []syntax.Word) {
		i := obj.(*Instance)
		n, ok := c.Int(words[0], words[1], 2, 3)
		switch {
		case !ok:
		case i.Version != 0 && i.Version != n:
			c.Reject()
			c.Errorf(diag.VersionClash, words[1], "version %d is passed over: it is %d already", n, i.Version)
		case i.Family == IPv6 && n == 2:
			c.Reject()
			c.Errorf(diag.VersionClash, words[1], "version 2 is passed over: the addresses are IPv6, which has version 3")
		default:
			i.Version = n
		}
	}
	return f
}

func stateField() schema.Field {
	f := schema.OneOf(func(i *Instance) *State { return &i.State }, string(Master), string(Backup))
	f.Read = func(c *schema.Context, obj any, words []syntax.Word) {
		i := obj.(*Instance)
		word, ok := c.Choice(words[0], words[1], []string{string(Master), string(Backup)})
		switch {
		case !ok:
			i.State = Backup
		case State(word) == Backup && i.State == Master:
			c.Reject()
			c.Errorf(diag.ClashingLimits, words[1], "state BACKUP is passed over: it is MASTER already")
		default:
			i.State = State(word)
		}
	}
	return f
}

// priorityField makes 100 of a number that is none, as keepalived does.
func priorityField() schema.Field {
	f := schema.Int(1, 255, func(i *Instance) *int { return &i.Priority })
	f.Read = func(c *schema.Context, obj any, words []syntax.Word) {
		n, ok := c.Int(words[0], words[1], 1, 255)
		if !ok {
			n = 100
		}
		obj.(*Instance).Priority = n
	}
	return f
}

func timerExpired() schema.Field {
	return schema.Field{Form: "[INT 1-254]", Kind: schema.Number, Max: 1,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			n, ok := 254, true
			if len(words) > 1 {
				n, ok = c.Int(words[0], words[1], 1, 254)
			}
			if ok {
				obj.(*Instance).TimerExpired = n
			}
		},
		Print: func(obj any) [][]string {
			if n := obj.(*Instance).TimerExpired; n > 0 {
				return [][]string{{strconv.Itoa(n)}}
			}
			return nil
		}}
}
