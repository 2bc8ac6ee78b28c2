package schema

import (
	"strconv"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf/syntax"
)

// The functions below make the Field of a keyword that puts its words into one
// place of an object of type O.

// As is f with another form than its kind has.
func (f Field) As(form string) Field {
	f.Form = form
	return f
}

// Open makes the Field of a keyword that only opens a block, which fills the
// same object.
func Open() Field { return Field{Form: "block"} }

// Flag is a keyword without words that sets a truth to value.
func Flag[O any](value bool, at func(*O) *bool) Field {
	return Field{Form: "flag", Kind: Truth,
		Read: func(_ *Context, obj any, _ []syntax.Word) { *at(obj.(*O)) = value },
		Print: func(obj any) [][]string {
			if *at(obj.(*O)) != value {
				return nil
			}
			return [][]string{{}}
		}}
}

// Bool is an optional truth: true, on, yes, false, off, no; none is true.
func Bool[O any](at func(*O) *bool) Field {
	return Field{Form: "BOOL optional", Kind: Truth, Max: 1,
		Read: func(c *Context, obj any, words []syntax.Word) {
			if v, ok := c.Bool(words); ok {
				*at(obj.(*O)) = v
			}
		},
		Print: func(obj any) [][]string { return line(strconv.FormatBool(*at(obj.(*O)))) }}
}

// Int is a whole number from low to high. A value outside of that is one that
// was never set, and is not printed.
func Int[O any, N ~int | ~int32 | ~uint16 | ~uint32 | ~uint8 | ~int64](low, high int, at func(*O) *N) Field {
	return Field{Form: rangeForm("INT", low, high), Kind: Number, Min: 1, Max: 1,
		Read: func(c *Context, obj any, words []syntax.Word) {
			if n, ok := c.Int(words[0], words[1], low, high); ok {
				*at(obj.(*O)) = N(n)
			}
		},
		Print: func(obj any) [][]string {
			n := int(*at(obj.(*O)))
			if n < low || n > high {
				return nil
			}
			return line(strconv.Itoa(n))
		}}
}

// String is one word.
func String[O any](at func(*O) *string) Field {
	return Field{Form: "STRING", Min: 1, Max: 1,
		Read: func(_ *Context, obj any, words []syntax.Word) { *at(obj.(*O)) = words[1].Text },
		Print: func(obj any) [][]string {
			if *at(obj.(*O)) == "" {
				return nil
			}
			return line(*at(obj.(*O)))
		}}
}

// OneOf is one word of a choice, kept as written.
func OneOf[O any, S ~string](at func(*O) *S, words ...string) Field {
	return Field{Form: strings.Join(words, "|"), Min: 1, Max: 1,
		Read: func(c *Context, obj any, w []syntax.Word) {
			if v, ok := c.Choice(w[0], w[1], words); ok {
				*at(obj.(*O)) = S(v)
			}
		},
		Print: func(obj any) [][]string {
			if *at(obj.(*O)) == "" {
				return nil
			}
			return line(string(*at(obj.(*O))))
		}}
}

// Seconds is a time in seconds with at most six decimals, from low to high.
func Seconds[O any](low, high time.Duration, at func(*O) *time.Duration) Field {
	return decimal("SECONDS decimal", "s", time.Second, low, high, at)
}

// Millis is a time in milliseconds with decimals.
func Millis[O any](low, high time.Duration, at func(*O) *time.Duration) Field {
	return decimal("MS decimal", "ms", time.Millisecond, low, high, at)
}

// WholeSeconds is a time in whole seconds, from low to high.
func WholeSeconds[O any](low, high int, at func(*O) *time.Duration) Field {
	return Field{Form: rangeForm("INT", low, high), Unit: "s", Kind: Number, Min: 1, Max: 1,
		Read: func(c *Context, obj any, words []syntax.Word) {
			if n, ok := c.Int(words[0], words[1], low, high); ok {
				*at(obj.(*O)) = time.Duration(n) * time.Second
			}
		},
		Print: func(obj any) [][]string {
			d := *at(obj.(*O))
			if d < time.Duration(low)*time.Second {
				return nil
			}
			return line(strconv.FormatInt(int64(d/time.Second), 10))
		}}
}

func decimal[O any](form, unit string, one, low, high time.Duration, at func(*O) *time.Duration) Field {
	return Field{Form: form + decimalRange(one, low, high), Unit: unit, Kind: Number, Min: 1, Max: 1,
		Read: func(c *Context, obj any, words []syntax.Word) {
			if d, ok := c.Decimal(words[0], words[1], one, low, high); ok {
				*at(obj.(*O)) = d
			}
		},
		Print: func(obj any) [][]string {
			d := *at(obj.(*O))
			if d < low {
				return nil
			}
			return line(FormatDecimal(d, one))
		}}
}

func line(words ...string) [][]string { return [][]string{words} }
