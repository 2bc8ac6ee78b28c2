package expect

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Lasts is how long something takes: a duration, or "timeout" for as long as the
// configuration allows; or two, from the shortest to the longest.
type Lasts []string

// Listable lets a single time stand without the list.
func (Lasts) Listable() {}

// ErrLasts says that a text is no Lasts.
var ErrLasts = errors.New(`no duration such as 1s, nor "timeout"`)

// timeoutWord stands for the time that the configuration allows.
const timeoutWord = "timeout"

// span is how long something takes at least and at most.
type span struct{ least, most time.Duration }

// span reads l. The zero value takes no time.
func (l Lasts) span(timeout time.Duration) (span, error) {
	if len(l) == 0 {
		return span{}, nil
	}
	if len(l) > 2 {
		return span{}, fmt.Errorf("%q: %w, or two of them", strings.Join(l, ", "), ErrLasts)
	}
	var times [2]time.Duration
	for i, text := range []string{l[0], l[len(l)-1]} {
		d, err := time.ParseDuration(text)
		switch {
		case text == timeoutWord:
			d = timeout
		case err != nil || d < 0:
			return span{}, fmt.Errorf("%q: %w", text, ErrLasts)
		}
		times[i] = d
	}
	if times[1] < times[0] {
		return span{}, fmt.Errorf("%q: the longest time stands first", strings.Join(l, ", "))
	}
	return span{times[0], times[1]}, nil
}

// Check says what is wrong with l, if anything, whatever the configuration allows.
func (l Lasts) Check() error {
	if _, err := l.span(0); err == nil {
		return nil
	}
	_, err := l.span(time.Duration(1<<63 - 1))
	return err
}
