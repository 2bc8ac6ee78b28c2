package conf

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// defaultPersistence is what the kernel's tool takes too.
const defaultPersistence = 360 * time.Second

func persistenceRows() []schema.Keyword {
	timeout := schema.WholeSeconds(1, 31*24*60*60, func(v *VirtualServer) *time.Duration { return &v.Persistence })
	timeout.Form, timeout.Min = "[INT 1..31 days in s]", 0
	read := timeout.Read
	timeout.Read = func(c *schema.Context, obj any, words []word) {
		if len(words) < 2 {
			obj.(*VirtualServer).Persistence = defaultPersistence
			return
		}
		if words[1].Text == "0" {
			c.Report(Diagnostic{Span: words[1].Span, Severity: Error, Code: diag.OutOfRange,
				Text: "persistence_timeout 0 is not from 1 to 2678400", Help: "leave the line out for no persistence"})
			c.Reject()
			return
		}
		read(c, obj, words)
	}
	return []schema.Keyword{
		{Name: "persistence_engine", Doc: "recognise clients by a module of the kernel", Field: engineField()},
		{Name: "persistence_timeout", Doc: "keep a client at its server", Else: "off; 360 if bare", Field: timeout, Fill: func(_, obj any) {
			if v := obj.(*VirtualServer); v.Granularity != (Granularity{}) {
				v.Persistence = defaultPersistence
			}
		}},
		{Name: "persistence_granularity", Doc: "keep neighbours of a client at its server", Else: "host", Field: granularityField()},
	}
}

// maxEngine is how many bytes the kernel holds of the name of an engine.
const maxEngine = 15

func engineField() schema.Field {
	f := textField(func(v *VirtualServer) *string { return &v.Engine })
	f.Read = func(c *schema.Context, obj any, words []word) {
		name := words[1].Text
		if len(name) > maxEngine {
			c.Errorf(diag.TooLong, words[1], "persistence_engine %q is longer than %d bytes: it is cut to %q", name, maxEngine, name[:maxEngine])
			name = name[:maxEngine]
		}
		obj.(*VirtualServer).Engine = name
	}
	return f
}

// granularityField is persistence_granularity: a mask for IPv4, a prefix length
// for IPv6. It decides the family of a service that has none yet.
func granularityField() schema.Field {
	return schema.Field{Form: "NETMASK | prefix 1-128", Min: 1, Max: 1, Read: readGranularity,
		Print: func(obj any) [][]string {
			switch g := obj.(*VirtualServer).Granularity; {
			case g.Prefix != 0:
				return printed(strconv.Itoa(int(g.Prefix)))
			case g.Mask.IsValid():
				return printed(g.Mask.String())
			}
			return nil
		}}
}

func readGranularity(c *schema.Context, obj any, words []word) {
	v, w := obj.(*VirtualServer), words[1]
	family := v.Family
	if family == 0 {
		family = IPv6
		if strings.Contains(w.Text, ".") {
			family = IPv4
		}
	}
	if family == IPv6 {
		if n, ok := c.Int(words[0], w, 1, 128); ok {
			v.Granularity, v.Family = Granularity{Prefix: uint8(n)}, IPv6
		}
		return
	}
	mask, err := netip.ParseAddr(w.Text)
	if n, isNumber := strconv.ParseUint(w.Text, 10, 32); isNumber == nil {
		mask, err = netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}), nil
	}
	if err != nil || !mask.Is4() {
		c.Errorf(diag.BadAddress, w, "persistence_granularity: %q is not an IPv4 mask", w.Text)
		return
	}
	v.Granularity, v.Family = Granularity{Mask: mask}, IPv4
	checkMask(c, w, mask)
}

// checkMask warns of masks that are surely not meant, such as that of "24",
// which inet_aton reads as 0.0.0.24.
func checkMask(c *schema.Context, w word, mask netip.Addr) {
	raw := mask.As4()
	bits := ^(uint32(raw[0])<<24 | uint32(raw[1])<<16 | uint32(raw[2])<<8 | uint32(raw[3]))
	if bits&(bits+1) == 0 && bits != ^uint32(0) {
		return
	}
	d := Diagnostic{Span: w.Span, Severity: Warning, Code: diag.OddNetmask,
		Text: "persistence_granularity: " + mask.String() + " is not the mask of a network"}
	if n, err := strconv.Atoi(w.Text); err == nil && n >= 1 && n <= 32 {
		m := ^uint32(0) << (32 - n)
		d.Text = "persistence_granularity " + w.Text + " of an IPv4 service is the mask " + mask.String() + ", not a prefix length"
		d.Help = "write " + netip.AddrFrom4([4]byte{byte(m >> 24), byte(m >> 16), byte(m >> 8), byte(m)}).String()
	}
	c.Report(d)
}
