package regex

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"testing"
)

// TestPCRE2 compares with what PCRE2 10.42 found with random patterns in random
// texts. Its verdicts are in testdata/pcre2.jsonl.
func TestPCRE2(t *testing.T) {
	file, err := os.Open("testdata/pcre2.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	patterns, unknown := 0, 0
	for lines.Scan() {
		var c struct {
			Pattern []byte
			Options []string
			Texts   [][]byte
			Found   []bool
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		patterns++
		p, err := Compile(string(c.Pattern), c.Options, 0, -1)
		if errors.Is(err, errUnsupported) {
			unknown++
			continue
		}
		if err != nil {
			t.Errorf("%q %v: %v", c.Pattern, c.Options, err)
			continue
		}
		for i, text := range c.Texts {
			got, err := search(t, p, text, 3)
			if err != nil {
				t.Errorf("%q %v in %q: %v", c.Pattern, c.Options, text, err)
			} else if got != c.Found[i] {
				t.Errorf("%q %v in %q: %v, PCRE2 says %v; translated to %s", c.Pattern, c.Options, text, got, c.Found[i], p.re)
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if patterns < 1000 || unknown > patterns/20 {
		t.Errorf("%d patterns, of which %d cannot be used", patterns, unknown)
	}
}
