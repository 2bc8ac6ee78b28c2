package kernel

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// umlInstance is a runner in a guest kernel, behind its warden.
type umlInstance struct {
	warden  *exec.Cmd
	leash   *os.File // to the warden; closing it tears everything down
	answers *os.File // from the warden
	line    *os.File // the guest's control line
	console *console
	stdin   *spool
	events  *tail
	file    *os.File // what events reads

	mu     sync.Mutex
	killed bool
	gone   chan struct{} // closed when the warden has said that the guest ended
	how    string        // how it ended, once gone
}

// inputPatience is how long a guest's start waits for input that is slow to come.
// What comes later, comes: a guest on a virtual clock may be far ahead by then.
const inputPatience = 100 * time.Millisecond

func startUML(ctx context.Context, j job, c Command) (instance, error) {
	if err := checkUML(j, c); err != nil {
		return nil, err
	}
	memory := c.Memory
	if memory == 0 {
		memory = DefaultMemory
	}
	folder, err := memoryFolder(memory)
	if err != nil {
		return nil, err
	}
	u := &umlInstance{gone: make(chan struct{})}
	dir, err := u.startWarden(j.Run)
	if err != nil {
		return nil, errors.Join(err, u.abandon())
	}
	if err := u.boot(j, c, dir, guestMemory{folder: folder, size: memory}); err != nil {
		return nil, errors.Join(err, u.abandon())
	}
	return u, nil
}

// startWarden starts the warden and returns the temporary folder that it made.
func (u *umlInstance) startWarden(run string) (dir string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this executable: %w", err)
	}
	theirs := make([]*os.File, 4)
	defer func() {
		for _, f := range theirs {
			f.Close()
		}
	}()
	var consoleOut *os.File
	for _, p := range []struct{ r, w **os.File }{
		{&theirs[0], &u.leash}, {&u.answers, &theirs[1]}, {&theirs[2], &u.line}, {&consoleOut, &theirs[3]},
	} {
		if *p.r, *p.w, err = os.Pipe(); err != nil {
			return "", fmt.Errorf("make a pipe: %w", err)
		}
	}
	u.console = readConsole(consoleOut)
	u.warden = &exec.Cmd{
		Path: self, Args: []string{"lab-warden"}, ExtraFiles: theirs,
		Env: append(withoutOwn(os.Environ()), envRole+"="+roleWarden, envRunID+"="+run),
		// A session of its own: what ends the caller's group must not end the warden.
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if err := u.warden.Start(); err != nil {
		return "", fmt.Errorf("start the warden: %w", err)
	}
	answer, err := u.readAnswer(bufio.NewReader(u.answers))
	return answer.Dir, err
}

func (u *umlInstance) readAnswer(from *bufio.Reader) (wardenAnswer, error) {
	var answer wardenAnswer
	text, err := from.ReadBytes('\n')
	if err != nil {
		return answer, fmt.Errorf("hear from the warden: %w", err)
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return answer, fmt.Errorf("hear from the warden: %w", err)
	}
	if answer.Failed != "" {
		return answer, errors.New(answer.Failed)
	}
	return answer, nil
}

// boot writes the job into the run's folder and has the warden start the guest.
func (u *umlInstance) boot(j job, c Command, dir string, memory guestMemory) error {
	self, err := guestExecutable(dir)
	if err != nil {
		return err
	}
	if c.Self {
		j.Path = self
	}
	j.Events = filepath.Join(dir, "events")
	if u.file, err = os.OpenFile(j.Events, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err != nil {
		return fmt.Errorf("make the run's events: %w", err)
	}
	u.stdin = newSpool(dir, c.Stdin)
	if j.Pieces, err = u.stdin.ahead(inputPatience); err != nil {
		return fmt.Errorf("pass input on: %w", err)
	}
	data, err := json.Marshal(j)
	if err != nil {
		return fmt.Errorf("encode the job: %w", err)
	}
	jobFile := filepath.Join(dir, "job.json")
	if err := os.WriteFile(jobFile, data, 0o600); err != nil {
		return fmt.Errorf("write the job: %w", err)
	}
	if u.events, err = newTail(u.file, j.Events, u.gone); err != nil {
		return err
	}
	order := wardenOrder{
		Path: j.Kernel.Path,
		Args: append([]string{"lab-guest"}, guestArgs(j.Kernel.Clock, dir, self, jobFile, memory.size)...),
		Env:  []string{"HOME=" + dir, "TMPDIR=" + memory.folder, "PATH=/usr/bin:/bin", envRunID + "=" + j.Run},
	}
	if err := json.NewEncoder(u.leash).Encode(order); err != nil {
		return fmt.Errorf("tell the warden: %w", err)
	}
	go u.listen()
	return nil
}

// listen waits for the warden's word that the guest ended, or for its end.
func (u *umlInstance) listen() {
	defer close(u.gone)
	answer, err := u.readAnswer(bufio.NewReader(u.answers))
	if err != nil {
		u.how = err.Error()
		return
	}
	u.how = answer.Exited
}

func (u *umlInstance) channels() (io.Writer, io.Reader) { return u.line, u.events }

func (u *umlInstance) input() feeder { return u.stdin }

func (u *umlInstance) kill() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.killed {
		u.killed = true
		u.leash.Close()
	}
}

func (u *umlInstance) wait() error {
	<-u.gone
	err := u.abandon()
	if last := u.console.text(); last != "" || err != nil {
		return describe(errors.Join(fmt.Errorf("the guest kernel ended with %s", u.how), err), last)
	}
	return nil
}

// abandon has the warden leave nothing and waits until it is gone.
func (u *umlInstance) abandon() error {
	u.kill()
	var err error
	if u.warden.Process != nil {
		err = u.warden.Wait()
	}
	for _, f := range []*os.File{u.answers, u.line, u.file} {
		if f != nil {
			f.Close()
		}
	}
	if u.stdin != nil {
		u.stdin.close()
	}
	if u.events != nil {
		u.events.close()
	}
	return err
}
