package notify

import (
	"bytes"
	"strconv"
	"strings"
)

// excerpt makes lines of the beginning of what is written to it.
type excerpt struct {
	left    int // bytes that may still become lines
	dropped int // bytes that may not
	line    func(text string)
	part    []byte // of a line without its end
}

func (x *excerpt) write(p []byte) {
	shown := p[:min(len(p), x.left)]
	x.left -= len(shown)
	x.dropped += len(p) - len(shown)
	for len(shown) > 0 {
		n := bytes.IndexByte(shown, '\n')
		ended := n >= 0
		if !ended {
			n = len(shown)
		}
		if room := maxLine - len(x.part); n > room {
			n, ended = room, false
		}
		x.part = append(x.part, shown[:n]...)
		shown = shown[n:]
		if ended {
			shown = shown[1:]
		}
		if ended || len(x.part) == maxLine {
			x.flush()
		}
	}
}

// flush ends the line that has begun. Empty ones say nothing.
func (x *excerpt) flush() {
	if text := printable(x.part); strings.TrimSpace(text) != "" {
		x.line(text)
	}
	x.part = x.part[:0]
}

// printable is text with everything escaped that could be more than text to
// who reads the log.
func printable(text []byte) string {
	quoted := strconv.Quote(strings.TrimRight(string(text), "\r"))
	quoted = quoted[1 : len(quoted)-1]
	return strings.NewReplacer(`\"`, `"`, `\t`, "\t", `\\`, `\`).Replace(quoted)
}
