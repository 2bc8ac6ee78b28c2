package daemon

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// The signals of keepalived that have no name of their own. The C library keeps
// the first two of the kernel's real-time signals (from 32) for itself.
const (
	sigJSON       = syscall.Signal(36) // SIGRTMIN+2
	sigStatsClear = syscall.Signal(63) // SIGRTMAX-1
)

var errNoSignal = errors.New("no signal is for that")

// signalWords are the words of --signum.
func signalWords() map[string]syscall.Signal {
	return map[string]syscall.Signal{
		"STOP": unix.SIGTERM, "RELOAD": unix.SIGHUP, "DATA": unix.SIGUSR1, "STATS": unix.SIGUSR2,
		"STATS_CLEAR": sigStatsClear, "JSON": sigJSON,
	}
}

// signalOf is the signal for a word.
func signalOf(word string) (syscall.Signal, error) {
	words := signalWords()
	if sig, ok := words[word]; ok {
		return sig, nil
	}
	return 0, fmt.Errorf("%w: %q; there are %s", errNoSignal, word, strings.Join(slices.Sorted(maps.Keys(words)), ", "))
}
