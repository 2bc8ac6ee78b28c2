package conf

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// maxMPLS is the highest label of MPLS (RFC 3032).
const maxMPLS = 1<<20 - 1

// encapWords are the options of a tunnel of a kind, each with one word.
func encapWords(kind string) []string {
	switch kind {
	case "ip":
		return []string{"id", "dst", "src", "tos", "ttl", "flags"}
	case "ip6":
		return []string{"id", "dst", "src", "tc", "hoplimit", "flags"}
	}
	return nil
}

// takeEncap takes "KIND ..." with the options that belong to it.
func takeEncap(rest []word) int {
	if len(rest) == 0 {
		return 1
	}
	switch kind := rest[0].Text; kind {
	case "mpls", "ila":
		return 2
	default:
		n, known := 1, encapWords(kind)
		for n < len(rest) && has(known, rest[n].Text) {
			n += 2
		}
		return n
	}
}

func has(list []string, text string) bool {
	for _, s := range list {
		if s == text {
			return true
		}
	}
	return false
}

// readEncap reads the words of a tunnel, its kind first; nil where they are
// wrong, which fail is told.
func readEncap(c *schema.Context, words []word, fail failure) *Encap {
	if len(words) == 0 || words[0].Text == "" {
		return nil
	}
	e := &Encap{Kind: words[0].Text}
	switch e.Kind {
	case "ip", "ip6":
		return e.tunnel(c, words, fail)
	case "mpls", "ila":
		if len(words) < 2 {
			fail(c, diag.MissingWord, words[0], "encap %s needs a word behind it", e.Kind)
			return nil
		}
		if e.Kind == "ila" {
			return e.ila(c, words[1], fail)
		}
		return e.mpls(c, words[1], fail)
	}
	fail(c, diag.BadChoice, words[0], "encap %q is none of ip, ip6, mpls, ila", e.Kind)
	return nil
}

func (e *Encap) tunnel(c *schema.Context, words []word, fail failure) *Encap {
	addressed := false
	for i := 1; i < len(words); i += 2 {
		if i+1 >= len(words) {
			fail(c, diag.MissingWord, words[i], "%s needs a word behind it", words[i].Text)
			return nil
		}
		if err := e.set(words[i].Text, words[i+1].Text); err != nil {
			fail(c, diag.BadNumber, words[i+1], "encap %s: %s %q is wrong: %v", e.Kind, words[i].Text, words[i+1].Text, err)
			return nil
		}
		addressed = addressed || words[i].Text == "dst" || words[i].Text == "id"
	}
	if !addressed {
		fail(c, diag.MissingWord, words[0], "encap %s needs dst or id", e.Kind)
		return nil
	}
	return e
}

// set takes one option of an IP tunnel.
func (e *Encap) set(option, text string) (err error) {
	var n uint64
	switch option {
	case "id":
		e.ID, err = strconv.ParseUint(text, 0, 64)
	case "dst":
		e.Destination, err = e.address(text)
	case "src":
		e.Source, err = e.address(text)
	case "tos", "tc":
		n, err = strconv.ParseUint(text, 0, 8)
		e.TOS = uint8(n)
	case "ttl", "hoplimit":
		n, err = strconv.ParseUint(text, 0, 8)
		e.TTL = uint8(n)
	default: // flags
		n, err = strconv.ParseUint(text, 0, 16)
		e.Flags = uint16(n)
	}
	return err
}

func (e *Encap) address(text string) (netip.Addr, error) {
	ip, err := netip.ParseAddr(text)
	if err == nil && ip.Is4() != (e.Kind == "ip") {
		err = fmt.Errorf("not of the tunnel's family")
	}
	return ip, err
}

// mpls reads labels, separated by "/".
func (e *Encap) mpls(c *schema.Context, w word, fail failure) *Encap {
	for label := range strings.SplitSeq(w.Text, "/") {
		n, err := strconv.ParseUint(label, 0, 32)
		if err != nil || n > maxMPLS {
			fail(c, diag.OutOfRange, w, "encap mpls: %q is not a label from 0 to %d", label, maxMPLS)
			return nil
		}
		e.Labels = append(e.Labels, uint32(n))
	}
	return e
}

// ila reads a locator: four groups of 16 bits, in hexadecimal.
func (e *Encap) ila(c *schema.Context, w word, fail failure) *Encap {
	groups := strings.Split(w.Text, ":")
	for _, g := range groups {
		n, err := strconv.ParseUint(g, 16, 16)
		if err != nil || len(groups) != 4 {
			fail(c, diag.BadNumber, w, "encap ila: %q is not a locator of four groups", w.Text)
			return nil
		}
		e.Locator = e.Locator<<16 | n
	}
	return e
}

// words writes e as readEncap reads it.
func (e *Encap) words() []string {
	switch e.Kind {
	case "mpls":
		labels := make([]string, len(e.Labels))
		for i, l := range e.Labels {
			labels[i] = strconv.FormatUint(uint64(l), 10)
		}
		return []string{"mpls", strings.Join(labels, "/")}
	case "ila":
		l := e.Locator
		return []string{"ila", fmt.Sprintf("%x:%x:%x:%x", l>>48, l>>32&0xffff, l>>16&0xffff, l&0xffff)}
	}
	list := []string{e.Kind}
	add := func(option, text string) {
		if text != "" && text != "0" {
			list = append(list, option, text)
		}
	}
	names := encapWords(e.Kind)
	if e.ID != 0 || !e.Destination.IsValid() {
		list = append(list, "id", strconv.FormatUint(e.ID, 10))
	}
	add("dst", addrText(e.Destination))
	add("src", addrText(e.Source))
	add(names[3], strconv.Itoa(int(e.TOS)))
	add(names[4], strconv.Itoa(int(e.TTL)))
	add("flags", strconv.Itoa(int(e.Flags)))
	return list
}
