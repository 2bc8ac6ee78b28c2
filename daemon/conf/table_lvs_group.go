package conf

import (
	"iter"
	"net/netip"
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

func groupRow() schema.Keyword {
	return schema.Keyword{Name: "virtual_server_group", Doc: "let addresses and firewall marks share real servers", Block: groupBlock(), Many: true,
		Field: schema.Field{Form: "STRING name + block of lines", Min: 1, Max: 1,
			Begin: func(_ *schema.Context, obj any, s *syntax.Statement) any {
				cfg := obj.(*Config)
				g := &ServerGroup{Name: s.Words[1].Text}
				cfg.ServerGroups = append(cfg.ServerGroups, g)
				return g
			},
			Each: func(obj any) iter.Seq2[[]string, any] {
				return func(yield func([]string, any) bool) {
					for _, g := range obj.(*Config).ServerGroups {
						if !yield([]string{g.Name}, g) {
							return
						}
					}
				}
			}}}
}

func groupBlock() *schema.Block {
	return &schema.Block{Path: "virtual_server_group", Item: &schema.Item{
		Head: schema.Keyword{Name: "ADDRESS", Doc: "serve addresses", Else: "port 0", Field: schema.Field{
			Form: "IP[-LAST|/MASK] [PORT]", Min: 1, Max: 2, Take: allWords, Read: readGroupRange, Print: printGroupRange}},
		HeadOr: true,
		Options: []schema.Keyword{{Name: "fwmark", Doc: "serve packets with a firewall mark", Field: schema.Field{
			Form: "N [inet|inet6]", Min: 1, Max: 2, Take: allWords, Read: readGroupMark, Print: printGroupMark}}},
		Begin: func(*schema.Context, any, *syntax.Statement) any { return new(GroupEntry) },
		End: func(_ *schema.Context, obj, item any, _ *syntax.Statement, ok bool) {
			if g := obj.(*ServerGroup); ok {
				g.Entries = append(g.Entries, *item.(*GroupEntry))
			}
		},
		Each: func(obj any) iter.Seq[any] {
			return func(yield func(any) bool) {
				g := obj.(*ServerGroup)
				for i := range g.Entries {
					if !yield(&g.Entries[i]) {
						return
					}
				}
			}
		}}}
}

// allWords takes the rest of a line; what is too much is reported by Read.
func allWords(rest []word) int { return len(rest) }

// tooMany reports words after the first n of a line, which keepalived passes
// over in silence.
func tooMany(c *schema.Context, words []word, n int) {
	if len(words) > n {
		c.Warnf(diag.ExtraWord, words[n], "%q is passed over: one address or one mark a line", words[n].Text)
	}
}

func readGroupMark(c *schema.Context, obj any, words []word) {
	e := obj.(*GroupEntry)
	tooMany(c, words, 3)
	n, ok := readNumber32(c, words[0], words[1])
	if ok && n == 0 {
		c.Errorf(diag.OutOfRange, words[1], "fwmark 0 is no mark: the line is passed over")
	}
	e.FWMark = n
	if len(words) > 2 {
		e.Family, _ = readIPFamily(c, words[0], words[2])
	}
}

func printGroupMark(obj any) [][]string {
	e := obj.(*GroupEntry)
	switch {
	case e.FWMark == 0:
		return nil
	case e.Family == 0:
		return printed(strconv.FormatUint(uint64(e.FWMark), 10))
	}
	return [][]string{{strconv.FormatUint(uint64(e.FWMark), 10), e.Family.String()}}
}

// readGroupRange reads "ADDRESS", "FIRST-LAST", "FIRST-END" (of the last octet or
// word) or "ADDRESS/PREFIX", and a port.
func readGroupRange(c *schema.Context, obj any, words []word) {
	e := obj.(*GroupEntry)
	tooMany(c, words, 3)
	first, last, fault := parseGroupRange(words[1].Text)
	if fault != "" {
		c.Errorf(diag.BadAddress, words[1], "%s: the line is passed over", fault)
		return
	}
	e.First, e.Last = first, last
	if len(words) > 2 {
		e.Port, _ = serverPort(c, word{Text: "port"}, words[2])
	}
}

func printGroupRange(obj any) [][]string {
	e := obj.(*GroupEntry)
	if !e.First.IsValid() {
		return nil
	}
	words := []string{e.First.String()}
	if e.First != e.Last {
		words[0] += "-" + e.Last.String()
	}
	if e.Port != 0 {
		words = append(words, strconv.Itoa(int(e.Port)))
	}
	return [][]string{words}
}

// parseGroupRange reads a range of addresses; fault says what is wrong.
func parseGroupRange(text string) (first, last netip.Addr, fault string) {
	head, prefix, isPrefix := strings.Cut(text, "/")
	start, end, isRange := strings.Cut(head, "-")
	first, err := netip.ParseAddr(start)
	switch {
	case err != nil || first.Zone() != "":
		return first, last, strconv.Quote(start) + " is not an IP address"
	case isPrefix && isRange:
		return first, last, strconv.Quote(text) + " is both a range and a prefix"
	case isPrefix:
		return groupPrefix(first, prefix, text)
	case !isRange:
		return first, first, ""
	}
	if last, err = netip.ParseAddr(end); err != nil {
		return groupShort(first, end, text)
	}
	switch {
	case last.BitLen() != first.BitLen():
		return first, last, "both ends of " + strconv.Quote(text) + " must be of one family"
	case last.Less(first):
		return first, last, strconv.Quote(text) + " ends before it begins"
	}
	return first, last, ""
}

// groupPrefix is all addresses of a network, the first of which is written.
func groupPrefix(first netip.Addr, prefix, text string) (_, last netip.Addr, fault string) {
	bits, err := strconv.Atoi(prefix)
	if err != nil || bits < 1 || bits > first.BitLen() {
		return first, last, strconv.Quote(prefix) + " is not a prefix length from 1 to " + strconv.Itoa(first.BitLen())
	}
	if p := netip.PrefixFrom(first, bits); p.Masked() != p {
		return first, last, strconv.Quote(text) + " has bits set behind its prefix (the network is " + p.Masked().Addr().String() + ")"
	}
	raw := first.AsSlice()
	for i := bits; i < first.BitLen(); i++ {
		raw[i/8] |= 1 << (7 - i%8)
	}
	last, _ = netip.AddrFromSlice(raw)
	return first, last, ""
}

// groupShort ends first's range with its last octet (IPv4, decimal) or its last
// word (IPv6, hexadecimal).
func groupShort(first netip.Addr, end, text string) (_, last netip.Addr, fault string) {
	base, bits := 10, 8
	if first.Is6() {
		base, bits = 16, 16
	}
	n, err := strconv.ParseUint(end, base, 32)
	if err != nil || end == "" {
		return first, last, strconv.Quote(end) + " is no end of a range"
	}
	if n >= 1<<bits {
		return first, last, strconv.Quote(end) + " is too large for the end of a range: at most " + strconv.FormatInt(1<<bits-1, base)
	}
	raw := first.AsSlice()
	low, k := uint64(raw[len(raw)-1]), len(raw)-1
	if bits == 16 {
		k--
		low |= uint64(raw[k]) << 8
	}
	if n <= low {
		return first, last, strconv.Quote(text) + " must end after it begins"
	}
	if bits == 16 {
		raw[k] = byte(n >> 8)
	}
	raw[len(raw)-1] = byte(n)
	last, _ = netip.AddrFromSlice(raw)
	return first, last, ""
}
