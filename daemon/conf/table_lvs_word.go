package conf

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// The functions below make Fields of words that only load balancing has.

// number32 is a whole number of 32 bits without a sign.
func number32[O any](form string, at func(*O) *uint32) schema.Field {
	return schema.Field{Form: form, Kind: schema.Number, Min: 1, Max: 1,
		Read: func(c *schema.Context, obj any, words []word) {
			if n, ok := readNumber32(c, words[0], words[1]); ok {
				*at(obj.(*O)) = n
			}
		},
		Print: func(obj any) [][]string {
			if *at(obj.(*O)) == 0 {
				return nil
			}
			return printed(strconv.FormatUint(uint64(*at(obj.(*O))), 10))
		}}
}

func readNumber32(c *schema.Context, key, w word) (uint32, bool) {
	n, err := strconv.ParseUint(w.Text, 10, 32)
	if err != nil {
		c.Errorf(diag.BadNumber, w, "%s: %q is not a whole number from 0 to 4294967295", key.Text, w.Text)
	}
	return uint32(n), err == nil
}

// portField is a port of a connection.
func portField[O any](at func(*O) *uint16) schema.Field {
	f := schema.Int(1, 65535, at)
	f.Form = "PORT 1-65535"
	return f
}

// textField is one word that is not empty.
func textField[O any](at func(*O) *string) schema.Field {
	f := schema.String(at)
	read := f.Read
	f.Read = func(c *schema.Context, obj any, words []word) {
		if words[1].Text == "" {
			c.Warnf(diag.NoEffect, words[1], "%s is empty: it is passed over", words[0].Text)
			c.Reject()
			return
		}
		read(c, obj, words)
	}
	return f
}

// formed is f with a form that says more.
func formed(form string, f schema.Field) schema.Field {
	f.Form = form
	return f
}

// readServer reads the words of a service or a server from words[n] on: IP [PORT].
// No port and port 0 are the same.
func readServer(c *schema.Context, words []word, n int) (netip.AddrPort, bool) {
	a, ok := serverAddr(c, words[0], words[n])
	if !ok || len(words) <= n+1 {
		return netip.AddrPortFrom(a, 0), ok
	}
	p, ok := serverPort(c, words[0], words[n+1])
	return netip.AddrPortFrom(a, p), ok
}

// serverAddr reads an address; keepalived takes it in silence for one where a
// range or a mask is written.
func serverAddr(c *schema.Context, key, w word) (netip.Addr, bool) {
	text := w.Text
	if i := strings.IndexAny(text, "/-"); i > 0 {
		c.Report(Diagnostic{Span: w.Span, Severity: Warning, Code: diag.ExtraWord,
			Text: key.Text + ": " + strconv.Quote(text[i:]) + " is passed over: this is one address, " + text[:i],
			Help: "a range or a prefix stands in a virtual_server_group"})
		text = text[:i]
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		c.Errorf(diag.BadAddress, w, "%s: %q is not an IP address", key.Text, text)
		return netip.Addr{}, false
	}
	return a, true
}

func serverPort(c *schema.Context, key, w word) (uint16, bool) {
	n, ok := c.Int(key, w, 0, 65535)
	return uint16(n), ok
}

// serverWords writes IP [PORT].
func serverWords(a netip.AddrPort) []string {
	if a.Port() == 0 {
		return []string{a.Addr().String()}
	}
	return []string{a.Addr().String(), strconv.Itoa(int(a.Port()))}
}
