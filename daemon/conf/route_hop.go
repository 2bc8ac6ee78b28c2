package conf

import (
	"strconv"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// hopTake says how many words an option of a next hop takes; -1 for a word that
// is none.
func hopTake(rest []word) int {
	switch rest[0].Text {
	case "via":
		return takeVia(rest[1:])
	case "dev", "oif", "weight", "realms":
		return 1
	case "as":
		return takeAs(rest[1:])
	case "encap":
		return takeEncap(rest[1:])
	case "onlink":
		return 0
	}
	return -1
}

// takeHop takes the options of a next hop.
func takeHop(rest []word) int {
	n := 0
	for n < len(rest) {
		more := hopTake(rest[n:])
		if more < 0 {
			break
		}
		n += 1 + more
	}
	return n
}

func readHop(c *schema.Context, r *Route, words []word) {
	r.closed = true
	h := NextHop{Weight: 1}
	for rest := words[1:]; len(rest) > 0 && !r.drop; {
		n := 1 + hopTake(rest)
		if n > len(rest) {
			r.fail(c, diag.MissingWord, rest[0], "%s of a next hop needs a word behind it", rest[0].Text)
			return
		}
		h.option(c, r, rest[:n])
		rest = rest[n:]
	}
	r.NextHops = append(r.NextHops, h)
}

func (h *NextHop) option(c *schema.Context, r *Route, words []word) {
	switch words[0].Text {
	case "via":
		h.Via = r.gateway(c, words)
	case "dev", "oif":
		h.Interface = interfaceName(c, words[1], r.fail)
	case "weight":
		n, err := strconv.Atoi(words[1].Text)
		if err != nil || n < 1 || n > 256 {
			r.fail(c, diag.OutOfRange, words[1], "weight %q of a next hop is not a number from 1 to 256", words[1].Text)
		}
		h.Weight = n
	case "onlink":
		h.OnLink = true
	case "realms":
		h.Realms = readRealms(c, words[1], r.fail)
	case "encap":
		h.Encap = readEncap(c, words[1:], r.fail)
	default:
		readAs(c, r, words)
	}
}

// hopWords writes the next hops, each as the words of an option.
func hopWords(r *Route) [][]string {
	var list [][]string
	for _, h := range r.NextHops {
		words := []string{}
		add := func(option, text string) {
			if text != "" {
				words = append(words, option, text)
			}
		}
		add("via", addrText(h.Via))
		add("dev", h.Interface)
		if h.Weight != 1 {
			add("weight", strconv.Itoa(h.Weight))
		}
		if h.OnLink {
			words = append(words, "onlink")
		}
		if h.Encap != nil {
			words = append(append(words, "encap"), h.Encap.words()...)
		}
		add("realms", h.Realms.text())
		list = append(list, words)
	}
	return list
}
