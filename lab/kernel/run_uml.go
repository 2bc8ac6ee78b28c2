package kernel

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/viplab/viplab/lab/kernel/warden"
)

// umlInstance is a runner in a guest kernel, in a warden's care.
type umlInstance struct {
	ward    *warden.Ward
	line    *os.File // the guest's control line
	console *console
	stdin   *spool
	events  *tail
	file    *os.File // what events reads

	gone chan struct{} // closed when the guest has ended
	how  string        // how it ended, once gone
}

// inputPatience is how long a guest's start waits for input that is slow to come.
// What comes later, comes: a guest on a virtual clock may be far ahead by then.
const inputPatience = 100 * time.Millisecond

func startUML(j job, c Command) (instance, error) {
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
	if err := u.startWarden(j.Run); err != nil {
		return nil, err
	}
	if err := u.boot(j, c, guestMemory{folder: folder, size: memory}); err != nil {
		return nil, errors.Join(err, u.abandon())
	}
	return u, nil
}

// startWarden starts the warden that will hold the guest's control line and
// console.
func (u *umlInstance) startWarden(run string) error {
	line, ownLine, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make a pipe: %w", err)
	}
	defer line.Close()
	ownConsole, output, err := os.Pipe()
	if err != nil {
		return errors.Join(fmt.Errorf("make a pipe: %w", err), ownLine.Close())
	}
	defer output.Close()
	u.line, u.console = ownLine, readConsole(ownConsole)
	u.ward, err = warden.New(warden.Options{
		Base: tempBase(), Output: output, Extra: line, Env: []string{envRunID + "=" + run},
	})
	if err != nil {
		return errors.Join(err, ownLine.Close())
	}
	return nil
}

// boot writes the job into the run's folder and has the warden start the guest.
func (u *umlInstance) boot(j job, c Command, memory guestMemory) error {
	dir := u.ward.Dir
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
	order := warden.Order{
		Path:   j.Kernel.Path,
		Args:   append([]string{"lab-guest"}, guestArgs(j.Kernel.Clock, dir, self, jobFile, memory.size)...),
		Env:    []string{"HOME=" + dir, "TMPDIR=" + memory.folder, "PATH=/usr/bin:/bin", envRunID + "=" + j.Run},
		OneCPU: true,
	}
	if err := u.ward.Start(order); err != nil {
		return err
	}
	go u.await()
	return nil
}

// await waits for the guest's end.
func (u *umlInstance) await() {
	defer close(u.gone)
	exited, err := u.ward.Wait()
	if err != nil {
		u.how = err.Error()
		return
	}
	u.how = exited.Text
}

func (u *umlInstance) channels() (io.Writer, io.Reader) { return u.line, u.events }

func (u *umlInstance) input() feeder { return u.stdin }

func (u *umlInstance) kill() { u.ward.Release() }

func (u *umlInstance) wait() error {
	<-u.gone
	err := errors.Join(fmt.Errorf("the guest kernel ended: %s", u.how), u.abandon())
	return describe(err, u.console.text())
}

// abandon has the warden leave nothing and waits until it is gone.
func (u *umlInstance) abandon() error {
	err := u.ward.Close()
	if u.stdin != nil {
		u.stdin.close()
	}
	if u.events != nil {
		u.events.close()
	}
	for _, f := range []*os.File{u.line, u.file} {
		if f != nil {
			f.Close()
		}
	}
	return err
}

// tempBase is where a run's folder is made: where programs usually make theirs,
// unless the guest sees something else there.
func tempBase() string {
	base, err := filepath.EvalSymlinks(os.TempDir())
	if err != nil || !filepath.IsAbs(base) || hasPrefix(base+"/", []string{"/run/", "/dev/", "/proc/", "/sys/"}) {
		return "/tmp"
	}
	return base
}
