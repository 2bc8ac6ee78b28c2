package schema

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/syntax"
	"github.com/viplab/viplab/internal/suggest"
)

// The functions below read a word. One that is wrong is reported, and the
// keyword counts as not given.

// Bool reads the optional truth behind a keyword.
func (c *Context) Bool(words []syntax.Word) (value, ok bool) {
	if len(words) < 2 {
		return true, true
	}
	switch words[1].Text {
	case "true", "on", "yes":
		return true, true
	case "false", "off", "no":
		return false, true
	}
	c.Reject()
	c.report(diag.Diagnostic{Span: words[1].Span, Severity: diag.Error, Code: diag.BadChoice,
		Text: fmt.Sprintf("%s: %q is neither true nor false", words[0].Text, words[1].Text),
		Help: "write true, on, yes, false, off or no"})
	return false, false
}

// Int reads w, of keyword key, as a whole number. Out of range it is reported,
// and the old value is to stay, as in keepalived.
func (c *Context) Int(key, w syntax.Word, low, high int) (int, bool) {
	n, err := strconv.Atoi(w.Text)
	if err != nil {
		c.Reject()
		c.Errorf(diag.BadNumber, w, "%s: %q is not a whole number", key.Text, w.Text)
		return 0, false
	}
	if n < low || n > high {
		c.Reject()
		c.Errorf(diag.OutOfRange, w, "%s %d is not %s", key.Text, n, between(strconv.Itoa(low), strconv.Itoa(high), low == math.MinInt32, high >= math.MaxInt32 && n < low))
		return 0, false
	}
	return n, true
}

// Decimal reads w as a time in units of one, with at most six decimals.
func (c *Context) Decimal(key, w syntax.Word, one, low, high time.Duration) (time.Duration, bool) {
	d, ok := ParseDecimal(w.Text, one)
	if !ok {
		c.Reject()
		c.Errorf(diag.BadNumber, w, "%s: %q is not a number with at most 6 decimals", key.Text, w.Text)
		return 0, false
	}
	if d < low || d > high {
		c.Reject()
		c.Errorf(diag.OutOfRange, w, "%s %s is not %s", key.Text, w.Text, between(FormatDecimal(low, one), FormatDecimal(high, one), low == 0, high == math.MaxInt64))
		return 0, false
	}
	return d, true
}

// ParseDecimal reads text as a decimal number of units of one.
func ParseDecimal(text string, one time.Duration) (time.Duration, bool) {
	whole, frac, _ := strings.Cut(text, ".")
	if whole+frac == "" || len(frac) > 6 || strings.Trim(whole+frac, "0123456789") != "" {
		return 0, false
	}
	n := int64(0)
	if whole != "" {
		var err error
		if n, err = strconv.ParseInt(whole, 10, 64); err != nil || n > math.MaxInt64/int64(one)-1 {
			return 0, false
		}
	}
	d := n * int64(one)
	if frac != "" {
		f, _ := strconv.ParseInt(frac+strings.Repeat("0", 6-len(frac)), 10, 64)
		d += f * int64(one) / 1e6
	}
	return time.Duration(d), true
}

// FormatDecimal writes d in units of one, as short as it can be.
func FormatDecimal(d, one time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(one), 'f', -1, 64)
}

// Choice reads w as one of words.
func (c *Context) Choice(key, w syntax.Word, words []string) (string, bool) {
	for _, ok := range words {
		if w.Text == ok {
			return ok, true
		}
	}
	d := diag.Diagnostic{Span: w.Span, Severity: diag.Error, Code: diag.BadChoice,
		Text: fmt.Sprintf("%s %q is none of %s", key.Text, w.Text, strings.Join(words, ", "))}
	if near := suggest.Nearest(w.Text, words); near != "" {
		d.Help = fmt.Sprintf("did you mean %q?", near)
	}
	c.Reject()
	c.report(d)
	return "", false
}

// Addr reads w as an IP address.
func (c *Context) Addr(key, w syntax.Word) (netip.Addr, bool) {
	a, err := netip.ParseAddr(w.Text)
	if err != nil {
		c.Reject()
		c.Errorf(diag.BadAddress, w, "%s: %q is not an IP address", key.Text, w.Text)
	}
	return a, err == nil
}

// between writes a range: "from 1 to 255", "1 or more".
func between(low, high string, noLow, noHigh bool) string {
	switch {
	case noLow:
		return "at most " + high
	case noHigh:
		return low + " or more"
	}
	return fmt.Sprintf("from %s to %s", low, high)
}

// rangeForm writes a range as the reference does: "INT 1-255", "INT >=1",
// "INT -20..19".
func rangeForm(what string, low, high int) string {
	switch {
	case high >= math.MaxInt32 && low == math.MinInt32:
		return what
	case high >= math.MaxInt32:
		return fmt.Sprintf("%s >=%d", what, low)
	case low < 0:
		return fmt.Sprintf("%s %d..%d", what, low, high)
	}
	return fmt.Sprintf("%s %d-%d", what, low, high)
}

func decimalRange(one, low, high time.Duration) string {
	switch {
	case low == 0 && high == math.MaxInt64:
		return ""
	case high == math.MaxInt64:
		return " >=" + FormatDecimal(low, one)
	}
	return " " + FormatDecimal(low, one) + "-" + FormatDecimal(high, one)
}
