package service

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// commLength is how much of a process' name the kernel keeps (TASK_COMM_LEN - 1).
const commLength = 15

// killall is killall(1) as check scripts use it: killall [-SIGNAL] NAME ...,
// with signal 0 only to ask. Exit status 0 means that each name had a process.
func killall(args []string, complain io.Writer) int {
	sig, quiet := unix.SIGTERM, false
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		word := args[0][1:]
		if args = args[1:]; word == "q" {
			quiet = true
			continue
		}
		if word == "s" && len(args) > 0 {
			word, args = args[0], args[1:]
		}
		var ok bool
		if sig, ok = signalNumber(word); !ok {
			fmt.Fprintf(complain, "killall: unknown signal %s\n", word)
			return 1
		}
	}
	if len(args) == 0 {
		fmt.Fprintln(complain, "usage: killall [-q] [-SIGNAL] NAME ...")
		return 1
	}
	status := 0
	for _, name := range args {
		if !signalNamed(programOf(name, programsFile), sig) {
			status = 1
			if !quiet {
				fmt.Fprintf(complain, "%s: no process found\n", name)
			}
		}
	}
	return status
}

// signalNumber reads 9, KILL or SIGKILL.
func signalNumber(word string) (unix.Signal, bool) {
	if n, err := strconv.Atoi(word); err == nil {
		return unix.Signal(n), n >= 0 && n < 65
	}
	word = "SIG" + strings.TrimPrefix(strings.ToUpper(word), "SIG")
	sig := unix.SignalNum(word)
	return sig, sig != 0
}

// signalNamed signals all processes of a name but this one, and reports whether
// there was one.
func signalNamed(name string, sig unix.Signal) bool {
	procs, err := procfs.AllProcs()
	if err != nil {
		return false
	}
	comm := name[:min(len(name), commLength)]
	found := false
	for _, p := range procs {
		if have, err := p.Comm(); err != nil || have != comm || p.PID == os.Getpid() {
			continue
		}
		found = unix.Kill(p.PID, sig) == nil || found
	}
	return found
}
