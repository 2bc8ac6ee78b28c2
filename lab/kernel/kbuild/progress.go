package kbuild

import (
	"bufio"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Step is how far a build is.
type Step struct {
	Name string // "unpack", "configure", "compile", "try", or what is installed
	// Done of Total parts are done. Total is zero where it is not known, and for
	// compiling an estimate: Done may end below or above it.
	Done, Total int
}

// compileSteps is how many commands make printed for this configuration of Linux
// 6.1.
const compileSteps = 1553

// quietCommand is a line of kbuild's output for one command: "  CC      init/main.o".
var quietCommand = regexp.MustCompile(`^  [A-Z]+(?: \[M\])? +\S`)

// tarRecord is a line that tar prints at a checkpoint: "tar: record 5000".
var tarRecord = regexp.MustCompile(`record (\d+)$`)

// meter counts what the commands of a build print.
type meter struct {
	step     Step
	progress func(Step)
	tail     []string // the last lines that are no command's, for an error's text
}

const tailLines = 25

// read takes a command's output until endOfOutput.
func (m *meter) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if lines.Text() == endOfOutput {
			return nil
		}
		m.line(lines.Text())
	}
	return lines.Err()
}

func (m *meter) line(text string) {
	if record := tarRecord.FindStringSubmatch(text); record != nil {
		if n, err := strconv.Atoi(record[1]); err == nil {
			m.step.Done = n
			m.progress(m.step)
		}
		return
	}
	if quietCommand.MatchString(text) {
		if m.step.Name == stepCompile {
			m.step.Done++
			m.progress(m.step)
		}
		return // a parallel make goes on for long after what went wrong
	}
	if m.tail = append(m.tail, text); len(m.tail) > tailLines {
		m.tail = m.tail[1:]
	}
}

func (m *meter) words() string { return strings.Join(m.tail, "\n") }
