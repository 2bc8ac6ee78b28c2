package conf

import (
	"encoding/binary"
	"net/netip"
	"strconv"

	"github.com/viplab/viplab/internal/suggest"
)

func readVIP(b *build, s *Statement) {
	a, ok := b.readAddress(s)
	if !ok {
		return
	}
	i := b.instance
	if len(i.Addresses) > 0 && i.Addresses[0].Prefix.Addr().Is4() != a.Prefix.Addr().Is4() {
		b.errorf(s.Pos(), "virtual_ipaddress %s is not of the first address's family: it belongs in virtual_ipaddress_excluded", a.Prefix.Addr())
		return
	}
	for _, old := range i.Addresses {
		if old.Prefix.Addr() == a.Prefix.Addr() {
			b.errorf(s.Pos(), "virtual_ipaddress %s stands twice", a.Prefix.Addr())
			return
		}
	}
	i.Addresses = append(i.Addresses, a)
}

func readExcluded(b *build, s *Statement) {
	if a, ok := b.readAddress(s); ok {
		b.instance.Excluded = append(b.instance.Excluded, a)
	}
}

// vipOption is a word that may follow an address.
type vipOption struct {
	word string
	args int
	set  func(b *build, a *Address, w Word) bool
}

// vipOptions is the table of those words; a nil set is a word that keepalived
// knows and the model does not hold.
func vipOptions() []vipOption {
	return []vipOption{
		{"dev", 1, func(_ *build, a *Address, w Word) bool { a.Interface = w.Text; return true }},
		{"scope", 1, func(_ *build, a *Address, w Word) bool { return setScope(a, w.Text) }},
		{"brd", 1, func(_ *build, a *Address, w Word) bool { return setBroadcast(a, w.Text) }},
		{"broadcast", 1, func(_ *build, a *Address, w Word) bool { return setBroadcast(a, w.Text) }},
		{"label", 1, setLabel},
		{"peer", 1, nil}, {"home", 0, nil}, {"-nodad", 0, nil}, {"mngtmpaddr", 0, nil}, {"noprefixroute", 0, nil},
		{"autojoin", 0, nil}, {"no_track", 0, nil}, {"track_group", 1, nil}, {"preferred_lft", 1, nil}, {"use_vmac", 0, nil},
	}
}

// readAddress reads "IP[/LEN] [OPTION ...]". Nothing is returned for a line
// that keepalived would drop.
func (b *build) readAddress(s *Statement) (Address, bool) {
	prefix, ok := prefixOf(s.Keyword())
	if !ok {
		b.errorf(s.Pos(), "%q is not an IP address", s.Keyword())
		return Address{}, false
	}
	a := Address{Prefix: prefix}
	for args := s.Args(); len(args) > 0; {
		w := args[0]
		opt, ok := findOption(w.Text)
		switch {
		case !ok:
			b.errorf(w.Pos, "unknown word %q after address %s%s", w.Text, prefix.Addr(), optionHint(w.Text))
			args = args[1:]
			continue
		case len(args) <= opt.args:
			b.errorf(w.Pos, "%s after address %s needs a value", w.Text, prefix.Addr())
			return a, true
		case opt.set == nil:
			b.warnf(w.Pos, "%s is a keyword of keepalived that has no effect here", w.Text)
		case !opt.set(b, &a, args[1]):
			b.errorf(args[1].Pos, "%s %q of address %s is not valid", w.Text, args[1].Text, prefix.Addr())
		}
		args = args[1+opt.args:]
	}
	return a, true
}

func findOption(word string) (vipOption, bool) {
	for _, o := range vipOptions() {
		if o.word == word {
			return o, true
		}
	}
	return vipOption{}, false
}

func optionHint(word string) string {
	var words []string
	for _, o := range vipOptions() {
		words = append(words, o.word)
	}
	if near := suggest.Nearest(word, words); near != "" {
		return ", did you mean " + strconv.Quote(near) + "?"
	}
	return ""
}

// maxLabel is IFNAMSIZ less its NUL (linux/if.h).
const maxLabel = 15

func setLabel(_ *build, a *Address, w Word) bool {
	if len(w.Text) > maxLabel {
		return false
	}
	a.Label = w.Text
	return true
}

// setScope reads a scope by name or number (rtnetlink(7)).
func setScope(a *Address, text string) bool {
	names := map[string]int{"global": 0, "site": 200, "link": 253, "host": 254, "nowhere": 255}
	n, ok := names[text]
	if !ok {
		v, err := strconv.ParseUint(text, 0, 8)
		if err != nil {
			return false
		}
		n = int(v)
	}
	a.Scope = n
	return true
}

// setBroadcast reads an address, "+" (host bits set) or "-" (host bits clear).
func setBroadcast(a *Address, text string) bool {
	ip := a.Prefix.Addr()
	if text != "+" && text != "-" {
		brd, err := netip.ParseAddr(text)
		a.Broadcast = brd
		return err == nil && brd.Is4() && ip.Is4()
	}
	if !ip.Is4() {
		return false
	}
	raw := a.Prefix.Masked().Addr().As4()
	n := binary.BigEndian.Uint32(raw[:])
	if text == "+" {
		n |= uint32(uint64(1)<<(32-a.Prefix.Bits()) - 1)
	}
	binary.BigEndian.PutUint32(raw[:], n)
	a.Broadcast = netip.AddrFrom4(raw)
	return true
}
