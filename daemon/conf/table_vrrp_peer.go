package conf

import (
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// peerBlock is the lines of unicast_peer. A peer with something wrong behind its
// address is a peer all the same.
func peerBlock() *schema.Block {
	return &schema.Block{Path: "vrrp_instance/unicast_peer", Item: &schema.Item{
		Head:      schema.Keyword{Name: "ADDRESS", Unlisted: true, Doc: "send adverts to that router", Field: peerAddress()},
		HeadFirst: true,
		Options: []schema.Keyword{
			{Name: "min_ttl", Doc: "drop adverts with a lower TTL", Field: peerTTL("min_ttl", func(p *UnicastPeer) *int { return &p.MinTTL })},
			{Name: "max_ttl", Doc: "drop adverts with a higher TTL", Field: peerTTL("max_ttl", func(p *UnicastPeer) *int { return &p.MaxTTL })},
		},
		Begin: func(*schema.Context, any, *syntax.Statement) any { return &UnicastPeer{MaxTTL: 255} },
		End: func(c *schema.Context, obj, item any, s *syntax.Statement, _ bool) {
			i, p := obj.(*Instance), item.(*UnicastPeer)
			if !p.Address.IsValid() {
				return
			}
			if p.MinTTL > p.MaxTTL {
				c.Errorf(diag.ClashingLimits, s.Words[0], "min_ttl %d is above max_ttl %d: no advert of %s will do", p.MinTTL, p.MaxTTL, p.Address)
			}
			i.UnicastPeers = append(i.UnicastPeers, *p)
		},
		Each: each(func(i *Instance) *[]UnicastPeer { return &i.UnicastPeers }),
	}}
}

func peerAddress() schema.Field {
	return schema.Field{Form: "ADDR", Min: 1, Max: 1,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			w := words[1]
			if strings.ContainsAny(w.Text, ",;") {
				c.Report(diag.Diagnostic{Span: w.Span, Severity: diag.Error, Code: diag.BadAddress,
					Text: "unicast_peer: " + strconv.Quote(w.Text) + " is not an IP address; it is passed over", Help: "write one address a line"})
				return
			}
			key := syntax.Word{Text: "unicast_peer"}
			if a, ok := hostAddr(c, key, w); ok && takeFamily(c, schema.Up[Instance](c), a, key, w) {
				obj.(*UnicastPeer).Address = a
			}
		},
		Print: func(obj any) [][]string { return addrWords(obj.(*UnicastPeer).Address) }}
}

// peerTTL is printed where it is given: to be given is to check the source.
func peerTTL(name string, at func(*UnicastPeer) *int) schema.Field {
	f := schema.Int(0, 255, at)
	print := f.Print
	f.Print = func(obj any) [][]string {
		if !obj.(*UnicastPeer).Given(name) {
			return nil
		}
		return print(obj)
	}
	return f
}
