package conf

import (
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// readMark reads "N[/MASK]".
func readMark(c *schema.Context, r *Rule, _, w word) {
	value, mask, slash := strings.Cut(w.Text, "/")
	if !slash {
		mask = "0xffffffff"
	}
	v, err := strconv.ParseUint(value, 0, 32)
	m, merr := strconv.ParseUint(mask, 0, 32)
	if err != nil || merr != nil {
		r.fail(c, diag.BadNumber, w, "fwmark %q is not a number of 32 bits with a mask", w.Text)
		return
	}
	r.Mark = &Mark{uint32(v), uint32(m)}
}

func (m *Mark) text() string {
	switch {
	case m == nil:
		return ""
	case m.Mask == 1<<32-1:
		return decimalText(uint64(m.Value))
	}
	return decimalText(uint64(m.Value)) + "/0x" + strconv.FormatUint(uint64(m.Mask), 16)
}

// readRange reads "A-B", and "A" where single allows it.
func readRange(text string, bits int, single bool) (first, last uint64, ok bool) {
	a, b, dash := strings.Cut(text, "-")
	if !dash {
		b = a
	}
	first, err := strconv.ParseUint(a, 10, bits)
	last, berr := strconv.ParseUint(b, 10, bits)
	return first, last, err == nil && berr == nil && (dash || single)
}

// backwards warns of a range that is empty: keepalived hands it to the kernel,
// which refuses the rule.
func backwards(c *schema.Context, key, w word) {
	c.Warnf(diag.ClashingLimits, w, "%s %s ends before it begins: the kernel refuses such a rule", key.Text, w.Text)
}

func readUIDs(c *schema.Context, r *Rule, key, w word) {
	first, last, ok := readRange(w.Text, 32, false)
	if !ok {
		r.fail(c, diag.BadNumber, w, "uidrange %q is not two numbers with - between them", w.Text)
		return
	}
	if last < first {
		backwards(c, key, w)
	}
	r.UIDs = &UIDRange{uint32(first), uint32(last)}
}

func (u *UIDRange) text() string {
	if u == nil {
		return ""
	}
	return decimalText(uint64(u.First)) + "-" + decimalText(uint64(u.Last))
}

func readPorts(at func(*Rule) *PortRange) func(c *schema.Context, r *Rule, key, w word) {
	return func(c *schema.Context, r *Rule, key, w word) {
		first, last, ok := readRange(w.Text, 16, true)
		if !ok || last == 0 {
			r.fail(c, diag.BadNumber, w, "%s %q is not a port, nor two with - between them", key.Text, w.Text)
			return
		}
		if last < first {
			backwards(c, key, w)
		}
		*at(r) = PortRange{uint16(first), uint16(last)}
	}
}

func (p PortRange) text() string {
	switch {
	case p.Last == 0:
		return ""
	case p.First == p.Last:
		return decimalText(uint64(p.First))
	}
	return decimalText(uint64(p.First)) + "-" + decimalText(uint64(p.Last))
}
