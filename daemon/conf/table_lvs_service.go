package conf

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

func readIPFamily(c *schema.Context, key, w word) (Family, bool) {
	switch name, ok := c.Choice(key, w, []string{"inet", "inet6"}); {
	case !ok:
		return 0, false
	case name == "inet":
		return IPv4, true
	}
	return IPv6, true
}

// familyField is ip_family. What an address or an earlier line says stays.
func familyField() schema.Field {
	return schema.Field{Form: "inet|inet6", Min: 1, Max: 1,
		Read: func(c *schema.Context, obj any, words []word) {
			v := obj.(*VirtualServer)
			f, ok := readIPFamily(c, words[0], words[1])
			switch {
			case !ok:
			case v.Family != 0 && v.Family != f:
				c.Errorf(diag.BadFamily, words[1], "ip_family %s does not go with the service, which is of %s already: it is passed over", f, v.Family)
			default:
				v.Family = f
			}
		},
		Print: func(obj any) [][]string {
			if f := obj.(*VirtualServer).Family; f != 0 {
				return printed(f.String())
			}
			return nil
		}}
}

var protocols = []string{"TCP", "UDP", "SCTP"}

// protocolField is protocol, in letters of any case.
func protocolField() schema.Field {
	return schema.Field{Form: "TCP|UDP|SCTP", Min: 1, Max: 1,
		Read: func(c *schema.Context, obj any, words []word) {
			w := words[1]
			if i := slices.IndexFunc(protocols, func(p string) bool { return strings.EqualFold(p, w.Text) }); i >= 0 {
				obj.(*VirtualServer).Protocol = protocols[i]
				return
			}
			c.Choice(words[0], w, protocols)
		},
		Print: func(obj any) [][]string {
			if p := obj.(*VirtualServer).Protocol; p != "" {
				return printed(p)
			}
			return nil
		}}
}

// assumeUDP fills the protocol of a service without one.
func assumeUDP(_, obj any) {
	if v := obj.(*VirtualServer); v.FWMark == 0 {
		v.Protocol = "UDP"
	}
}

// sorryField is sorry_server. A second one begins anew.
func sorryField() schema.Field {
	return schema.Field{Form: "IP [PORT]", Min: 1, Max: 2,
		Read: func(c *schema.Context, obj any, words []word) {
			if a, ok := readServer(c, words, 1); ok {
				v := obj.(*VirtualServer)
				v.SorryServer, v.SorryInhibit, v.SorryForward = a, false, Forwarding{}
			}
		},
		Print: func(obj any) [][]string {
			if a := obj.(*VirtualServer).SorryServer; a.IsValid() {
				return [][]string{serverWords(a)}
			}
			return nil
		}}
}

// afterSorry is f for a keyword that only counts behind sorry_server.
func afterSorry(f schema.Field) schema.Field {
	read := f.Read
	f.Read = func(c *schema.Context, obj any, words []word) {
		if !obj.(*VirtualServer).SorryServer.IsValid() {
			c.Report(Diagnostic{Span: words[0].Span, Severity: Error, Code: diag.NoEffect,
				Text: words[0].Text + " without a sorry_server before it is passed over"})
			return
		}
		read(c, obj, words)
	}
	return f
}

// fillSorry gives the sorry server what its virtual server has.
func fillSorry(v *VirtualServer) {
	if v.SorryServer.IsValid() && v.SorryForward.Method == 0 {
		v.SorryForward = v.Forward
	}
}

// endServer drops a sorry server of another family.
func endServer(c *schema.Context, v *VirtualServer) {
	method := v.SorryForward.Method
	if method == 0 {
		method = v.Forward.Method
	}
	if !v.SorryServer.IsValid() || method == TUN || v.Family == 0 || v.Family == familyOf(v.SorryServer.Addr()) {
		return
	}
	c.Report(Diagnostic{Span: given(&v.Origin, "sorry_server").Span, Severity: Error, Code: diag.BadFamily,
		Text: "sorry_server " + v.SorryServer.Addr().String() + " is not of the family of the service, " + v.Family.String() + ": it is passed over",
		Help: "only lb_kind TUN goes from one family to the other"})
	v.SorryServer, v.SorryInhibit, v.SorryForward = netip.AddrPort{}, false, Forwarding{}
}
