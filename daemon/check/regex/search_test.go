package regex

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

// TestLongText puts a match at places round the borders of what is held.
func TestLongText(t *testing.T) {
	const size = 3*window + 1000
	text := bytes.Repeat([]byte("abcdefg\n"), size/8)
	for _, at := range []int{0, 1, window - 8, window - 5, window - 3, window - 1, window, window + 5, window - around, window - overlap - 2, window - overlap, 2*window - overlap, 2 * window, 3 * window, len(text) - 8} {
		page := bytes.Clone(text)
		copy(page[at:], "NEEDLE!!")
		for _, row := range []struct {
			pattern string
			want    bool
		}{
			{"NEEDLE!!", true},
			{"NEEDLE!!(?!x)", true},
			{"(?s)NEEDLE.{1000}", at < len(text)-1010},
			{"^NEEDLE", at == 0},
			{"NEEDLE!!$", at == len(text)-8},
			{"(?<!x)NEEDLE", true},
			{"(?<=[a-g\\n])NEEDLE", at > 0},
			{"NEEDLE!!.*NEEDLE", false},
		} {
			p, err := Compile(row.pattern, nil, 0, -1)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := search(t, p, page, 4096); got != row.want || err != nil {
				t.Errorf("%q at %d of %d: %v %v", row.pattern, at, len(page), got, err)
			}
		}
		for _, row := range []struct {
			min, max int
			want     bool
		}{{at, -1, true}, {at + 1, -1, false}, {0, at, true}, {at, at, true}, {0, at - 1, at == 0}} {
			p, err := Compile("NEEDLE", nil, row.min, row.max)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := search(t, p, page, 4096); got != row.want || err != nil {
				t.Errorf("at %d from %d to %d: %v %v", at, row.min, row.max, got, err)
			}
		}
	}
}

// TestUTF takes characters of several bytes for one, wherever a text is cut.
func TestUTF(t *testing.T) {
	long := strings.Repeat("äöü€", window/4)
	for _, row := range []struct {
		pattern, text string
		want          bool
	}{
		{"t.t", "t€t", true},
		{"T.Ä", "t€ä", false},
		{"(?i)T.Ä", "t€ä", true},
		{`\x{20ac}`, "t€ä", true},
		{"END$", long + "END", true},
		{"€END", long + "END", true},
	} {
		p, err := Compile(row.pattern, []string{"utf"}, 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := search(t, p, []byte(row.text), 4097); got != row.want || err != nil {
			t.Errorf("%s: %v %v", row.pattern, got, err)
		}
	}
	p, err := Compile("a", []string{"utf"}, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := search(t, p, []byte("a\xff"), 1); err == nil || !strings.Contains(err.Error(), "not UTF-8") {
		t.Errorf("not UTF-8: %v", err)
	}
}

// TestCancelled begins no look once the context is done.
func TestCancelled(t *testing.T) {
	p, err := Compile("a", nil, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	s := p.Search(ctx)
	cancel(gone)
	if err := s.Add([]byte("a")); err != nil {
		t.Errorf("a piece: %v", err)
	}
	if _, err := s.Finish(); !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
}

// TestMemory searches a text of 16 MiB and wants no more held than a window.
func TestMemory(t *testing.T) {
	p, err := Compile("needle", nil, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	s := p.Search(t.Context())
	piece := bytes.Repeat([]byte("hay "), 1024)
	for range 16 << 20 / len(piece) {
		if err := s.Add(piece); err != nil {
			t.Fatal(err)
		}
		if cap(s.held) > 2*window {
			t.Fatalf("%d bytes are held", cap(s.held))
		}
	}
	if found, err := s.Finish(); found || err != nil {
		t.Error(found, err)
	}
}
