package conf

import (
	"net/netip"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// bindOf is f for the source of a checker's packets, which most checkers leave to
// the kernel.
func bindOf(f schema.Field) schema.Field {
	read, print := f.Read, f.Print
	f.Read = func(c *schema.Context, obj any, words []word) {
		ch := obj.(*Checker)
		b := ch.Bind
		if b == nil {
			b = new(Bind)
		}
		if read(c, b, words); *b != (Bind{}) {
			ch.Bind = b
		}
	}
	f.Print = func(obj any) [][]string {
		if b := obj.(*Checker).Bind; b != nil {
			return print(b)
		}
		return nil
	}
	return f
}

// connectIPField is connect_ip, of the family of bindto before it.
func connectIPField() schema.Field {
	return addrField(func(c *schema.Context, ch *Checker, key, w word, a netip.Addr) {
		if b := ch.Bind; b != nil && b.Address.IsValid() && b.Address.BitLen() != a.BitLen() {
			wrongFamily(c, key, w, "bindto")
			return
		}
		ch.ConnectIP = a
	}, func(ch *Checker) netip.Addr { return ch.ConnectIP })
}

// bindField is bindto, of the family of what is checked.
func bindField() schema.Field {
	return addrField(func(c *schema.Context, ch *Checker, key, w word, a netip.Addr) {
		if ch.ConnectIP.IsValid() && ch.ConnectIP.BitLen() != a.BitLen() {
			wrongFamily(c, key, w, "the address that is checked")
			return
		}
		if ch.Bind == nil {
			ch.Bind = new(Bind)
		}
		ch.Bind.Address = a
	}, func(ch *Checker) netip.Addr {
		if ch.Bind == nil {
			return netip.Addr{}
		}
		return ch.Bind.Address
	})
}

func wrongFamily(c *schema.Context, key, w word, other string) {
	c.Errorf(diag.BadFamily, w, "%s %s is not of the family of %s: it is passed over", key.Text, w.Text, other)
	c.Reject()
}

func addrField(set func(c *schema.Context, ch *Checker, key, w word, a netip.Addr), get func(*Checker) netip.Addr) schema.Field {
	return schema.Field{Form: "IP", Min: 1, Max: 1,
		Read: func(c *schema.Context, obj any, words []word) {
			if a, ok := serverAddr(c, words[0], words[1]); ok {
				set(c, obj.(*Checker), words[0], words[1], a)
				return
			}
			c.Reject()
		},
		Print: func(obj any) [][]string {
			if a := get(obj.(*Checker)); a.IsValid() {
				return printed(a.String())
			}
			return nil
		}}
}

// maxInterface is how many bytes the kernel holds of the name of an interface.
const maxInterface = 15

func interfaceField() schema.Field {
	f := textField(func(b *Bind) *string { return &b.Interface })
	read := f.Read
	f.Form = "STRING ifname"
	f.Read = func(c *schema.Context, obj any, words []word) {
		if name := words[1].Text; len(name) > maxInterface {
			c.Errorf(diag.TooLong, words[1], "bind_if %q is longer than %d bytes: it is passed over", name, maxInterface)
			c.Reject()
			return
		}
		read(c, obj, words)
	}
	return f
}

// endBind warns of a source port that no address goes with: it is not used.
func endBind(c *schema.Context, ch *Checker, _ word) {
	if b := ch.Bind; b != nil && b.Port != 0 && !b.Address.IsValid() {
		at := word{Text: "bind_port"}
		at.Span.Pos = ch.Where("bind_port")
		c.Warnf(diag.NoEffect, at, "bind_port without bindto has no effect")
	}
}

// reachable reports whether the target of ch can be connected to.
func reachable(c *schema.Context, ch *Checker, at word) bool {
	if !ch.ConnectIP.IsLinkLocalUnicast() || ch.ConnectIP.Is4() || ch.Bind != nil && ch.Bind.Interface != "" {
		return true
	}
	c.Errorf(diag.MissingKeyword, at, "%s of the link-local address %s needs bind_if: the checker is passed over", ch.Kind, ch.ConnectIP)
	return false
}
