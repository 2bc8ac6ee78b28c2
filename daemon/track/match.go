package track

import (
	"bytes"
	"strings"

	"github.com/viplab/viplab/daemon/conf"
)

// matcher finds the processes of a vrrp_track_process.
type matcher struct {
	comm string // the name of the process, 15 bytes at most; empty: command is what counts
	// command is the beginning of the command line, each word with a NUL behind it
	// (proc(5)): the program, then the arguments. open leaves the last word open.
	command []byte
	whole   bool // and its end
}

func newMatcher(p *conf.TrackProcess) matcher {
	if !p.FullCommand && !strings.Contains(p.Process, "/") {
		return matcher{comm: p.Process}
	}
	words := append([]string{p.Process}, p.Args...)
	m := matcher{command: []byte(strings.Join(words, "\x00") + "\x00")}
	switch {
	case len(p.Args) == 0 || p.ParamMatch == "partial":
	case p.ParamMatch == "initial":
		m.command = m.command[:len(m.command)-1]
	default:
		m.whole = true
	}
	return m
}

// match reports whether a process is meant.
func (m *matcher) match(p *proc) bool {
	switch {
	case m.comm != "":
		return string(p.comm) == m.comm
	case m.whole:
		return bytes.Equal(p.command, m.command)
	}
	return bytes.HasPrefix(p.command, m.command)
}
