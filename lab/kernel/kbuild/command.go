package kbuild

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/viplab/viplab/lab/kernel/warden"
)

// endOfOutput is the line that this side writes into the pipe of the commands'
// output when a command has ended: the pipe itself ends with the last of them.
const endOfOutput = "\x04 end of output"

// run runs one command in the ward and follows its output.
func (w *work) run(step Step, dir string, args ...string) (*meter, error) {
	path, err := exec.LookPath(args[0])
	if err != nil {
		return nil, environmentf("%w", err)
	}
	m := &meter{step: step, progress: w.progress}
	m.progress(step)
	read := make(chan error, 1)
	go func() { read <- m.read(w.output) }()
	exited, err := w.wait(warden.Order{Path: path, Args: args, Dir: dir, Env: commandEnv(os.Environ())})
	_, endErr := w.commands.WriteString("\n" + endOfOutput + "\n")
	if err := errors.Join(err, endErr, <-read); err != nil {
		return nil, fmt.Errorf("%s: %w", args[0], err)
	}
	if exited.Status != 0 {
		return nil, fmt.Errorf("%s: %s\n%s", strings.Join(args, " "), exited.Text, m.words())
	}
	return m, nil
}

func (w *work) wait(order warden.Order) (warden.Exited, error) {
	if err := w.ward.Start(order); err != nil {
		return warden.Exited{}, err
	}
	return w.ward.Wait()
}

// commandEnv is the environment of a build: without what a make around this one
// left there, and with what makes builds alike.
func commandEnv(env []string) []string {
	var kept []string
	for _, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		switch {
		case strings.HasPrefix(name, "MAKE"), strings.HasPrefix(name, "KBUILD_"), name == "MFLAGS", name == "ARCH",
			name == "CROSS_COMPILE", name == "LOCALVERSION", strings.HasPrefix(name, "LC_"), name == "LANG":
		default:
			kept = append(kept, entry)
		}
	}
	return append(kept, "LC_ALL=C", "KBUILD_BUILD_USER=viplab", "KBUILD_BUILD_HOST=viplab")
}
