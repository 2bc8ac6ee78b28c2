package diag

import (
	"testing"
)

func TestLines(t *testing.T) {
	asked := 0
	source := Lines(func(file string) (string, bool) {
		asked++
		return "one\ntwo\r\n\nfour", file == "f"
	})
	for i, want := range []string{1: "one", 2: "two", 3: "", 4: "four"} {
		if got, ok := source("f", i); got != want || ok != (i > 0) {
			t.Errorf("line %d: %q, %v", i, got, ok)
		}
	}
	for _, line := range []int{-1, 0, 5} {
		if got, ok := source("f", line); ok {
			t.Errorf("line %d is %q", line, got)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times for the file", asked)
	}
	if got, ok := source("none", 1); ok {
		t.Errorf("a file that is not there has %q", got)
	}
	if _, ok := Lines(func(string) (string, bool) { return "a\n", true })("f", 2); ok {
		t.Error("a line end makes one line more")
	}
}
