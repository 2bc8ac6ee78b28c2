// Package warden keeps what a process starts from outliving it. A warden is a
// process of its own, between its owner and the programs it runs: it owns a
// temporary folder and, as subreaper, every process that the programs leave. When
// the owner ends, however it ends, its end of a pipe closes: the warden then kills
// them all, removes the folder and ends.
package warden

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// Order is a program for a warden to run.
type Order struct {
	Path string   `json:"path"`
	Args []string `json:"args"` // with the program's name first
	Env  []string `json:"env"`
	Dir  string   `json:"dir,omitempty"` // the ward's folder if empty
	// OneCPU keeps the program and its descendants together on one CPU at a time.
	OneCPU bool `json:"one_cpu,omitempty"`
}

// Exited is how a program ended.
type Exited struct {
	Status int `json:"status"` // exit status, -1 if a signal ended it
	// Text says it for people: "exit status 2", "signal: killed".
	Text string `json:"text"`
	// Problem says why it did not even start.
	Problem string `json:"problem,omitempty"`
}

func exitedAs(state *os.ProcessState) Exited {
	return Exited{Status: state.ExitCode(), Text: state.String()}
}

// Options of a ward.
type Options struct {
	// Base is the folder in which the ward's folder is made.
	Base string
	// Env is added to the warden's environment, not to that of the programs.
	Env []string
	// Output takes the standard output and standard error of the programs.
	Output *os.File
	// Extra is the programs' file descriptor 3, os.DevNull if nil.
	Extra *os.File
}

// Ward is a folder and the programs that work there, in a warden's care.
type Ward struct {
	// Dir is the ward's folder. It vanishes with the ward.
	Dir string

	id      string // in the environment of its programs, see sweep
	cmd     *exec.Cmd
	leash   *os.File
	release sync.Once
	answers *os.File
	decoder *json.Decoder
}

// New starts a warden. It is in a session of its own: what ends the owner's
// group must not end it.
func New(o Options) (w *Ward, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this executable: %w", err)
	}
	leash, ownLeash, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	defer leash.Close()
	ownAnswers, answers, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make a pipe: %w", err), ownLeash.Close())
	}
	defer answers.Close()
	extra := o.Extra
	if extra == nil {
		if extra, err = os.Open(os.DevNull); err != nil {
			return nil, errors.Join(err, ownLeash.Close(), ownAnswers.Close())
		}
		defer extra.Close()
	}
	w = &Ward{id: newID(), leash: ownLeash, answers: ownAnswers, decoder: json.NewDecoder(ownAnswers)}
	w.cmd = &exec.Cmd{
		Path: self, Args: []string{"lab-warden"}, ExtraFiles: []*os.File{leash, answers, o.Output, extra},
		Env:         append(append(os.Environ(), o.Env...), envRole+"=1", envBase+"="+o.Base, envID+"="+w.id),
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if err := w.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start a warden: %w", err), ownLeash.Close(), ownAnswers.Close())
	}
	first, err := w.hear()
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	w.Dir = first.Dir
	return w, nil
}

// Start has the warden run a program. One at a time: Wait must come first before
// the next Start.
func (w *Ward) Start(o Order) error {
	if err := json.NewEncoder(w.leash).Encode(o); err != nil {
		return fmt.Errorf("tell the warden: %w", err)
	}
	return nil
}

// Wait waits for the end of the program and of all that it left.
func (w *Ward) Wait() (Exited, error) {
	a, err := w.hear()
	switch {
	case err != nil:
		return Exited{}, err
	case a.Exited == nil:
		return Exited{}, errors.New("hear from the warden: unexpected answer")
	case a.Exited.Problem != "":
		return Exited{}, errors.New(a.Exited.Problem)
	}
	return *a.Exited, nil
}

// ErrReleased is matched by the error of a Wait that Release ended.
var ErrReleased = errors.New("the ward was released")

func (w *Ward) hear() (answer, error) {
	var a answer
	err := w.decoder.Decode(&a)
	switch {
	case errors.Is(err, io.EOF):
		return answer{}, ErrReleased
	case err != nil:
		return answer{}, fmt.Errorf("hear from the warden: %w", err)
	case a.Failed != "":
		return answer{}, errors.New(a.Failed)
	}
	return a, nil
}

// Release has the warden end everything, without waiting for it. It may be
// called more than once, also while another goroutine waits.
func (w *Ward) Release() {
	w.release.Do(func() { w.leash.Close() })
}

// Close releases the ward and waits until nothing of it is left.
func (w *Ward) Close() error {
	w.Release()
	err := w.cmd.Wait()
	if err != nil {
		// The warden was killed: what it would have done is done from here.
		err = errors.Join(fmt.Errorf("the warden ended: %w", err), w.sweep())
	}
	return errors.Join(err, w.answers.Close())
}

// sweep does for a warden that was killed what it could not do itself, as far as
// that can be done from outside: it ends the processes that have the ward's id in
// their environment.
func (w *Ward) sweep() error {
	for pid := range stats() {
		environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		if err == nil && hasEntry(environ, envID+"="+w.id) {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
		}
	}
	if w.Dir == "" {
		return nil
	}
	return os.RemoveAll(w.Dir)
}

// hasEntry reports whether an environment, as in /proc/PID/environ, has an entry.
func hasEntry(environ []byte, entry string) bool {
	return bytes.Contains(append([]byte{0}, environ...), []byte("\x00"+entry+"\x00"))
}

// newID returns 16 random hexadecimal digits.
func newID() string {
	b := make([]byte, 8)
	rand.Read(b) // never fails, see its documentation
	return hex.EncodeToString(b)
}
