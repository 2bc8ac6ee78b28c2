package notify

import (
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// Content is what a pipe is told.
type Content int

// The contents: a pipe may have both.
const (
	Routers Content = 1 << iota // instances and sync groups (vrrp_notify_fifo)
	Servers                     // virtual and real servers (lvs_notify_fifo)
)

// FIFO is a named pipe that events are written to: notify_fifo,
// vrrp_notify_fifo or lvs_notify_fifo.
type FIFO struct {
	Path        string
	User, Group string // its owner, as Accounts.Resolve has it
	Content     Content
	// Script is started with the path as one more argument, and again when it
	// ends.
	Script conf.Command
}

// ErrNotFIFO says that something else stands at the path of a pipe.
var ErrNotFIFO = errors.New("not a named pipe")

const (
	pipeMode = 0o600 // of a pipe that is made here
	pipeBuf  = 4096  // bytes that are written at one go or not at all (PIPE_BUF)
)

// pipe is an open FIFO. It is open for reading too, so that lines can be
// written while nobody reads, and stay there.
type pipe struct {
	path     string
	accounts Accounts
	conf     FIFO
	log      Logger

	mu       sync.Mutex // a pipe is written and looked at by two goroutines
	fd       int        // -1: not open
	made     bool       // by us, and ours to remove
	stat     unix.Stat_t
	complain string // the last error that was logged
	lost     uint64 // lines, since the pipe last took one
}

// open makes the pipe if it is not there, and opens it. A pipe that is there
// keeps its owner and mode.
func (p *pipe) open() (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("pipe %s: %w", p.path, err)
		}
	}()
	owner, err := p.accounts.Resolve(p.conf.User, p.conf.Group)
	if err != nil {
		return err
	}
	switch err := unix.Mkfifo(p.path, pipeMode); {
	case err == nil:
		p.made = true
	case !errors.Is(err, unix.EEXIST):
		return err
	}
	fd, err := unix.Open(p.path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err == nil {
		if err = p.take(fd, owner); err == nil {
			p.fd = fd
			return nil
		}
		_ = unix.Close(fd)
	}
	if p.made {
		p.made = false
		_ = unix.Unlink(p.path)
	}
	return err
}

// take checks that fd is a pipe and gives one that was just made to its owner.
func (p *pipe) take(fd int, owner Account) error {
	if err := unix.Fstat(fd, &p.stat); err != nil {
		return err
	}
	if p.stat.Mode&unix.S_IFMT != unix.S_IFIFO {
		return ErrNotFIFO
	}
	if !p.made {
		return nil
	}
	if p.stat.Uid != owner.UID || p.stat.Gid != owner.GID {
		if err := unix.Fchown(fd, int(owner.UID), int(owner.GID)); err != nil {
			return fmt.Errorf("give to user %d, group %d: %w", owner.UID, owner.GID, err)
		}
	}
	return unix.Fchmod(fd, pipeMode) // whatever the umask left of it
}

// write writes a line and reports whether it could. It never waits. The first
// line that is lost is reported, and how many were when the pipe takes one again.
func (p *pipe) write(line string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.writeLine(line); err != nil {
		p.lost++
		if text := err.Error(); text != p.complain {
			p.complain = text
			p.log.Printf("%v; lines are lost", err)
		}
		return false
	}
	if p.lost > 0 {
		p.log.Printf("pipe %s: takes lines again, %d were lost", p.path, p.lost)
	}
	p.lost, p.complain = 0, ""
	return true
}

func (p *pipe) writeLine(line string) error {
	if p.fd >= 0 && p.removed() {
		p.log.Printf("pipe %s: somebody has removed it", p.path)
		p.shut()
	}
	if p.fd < 0 {
		if err := p.open(); err != nil {
			return err
		}
	}
	if len(line) > pipeBuf {
		return fmt.Errorf("pipe %s: a line of %d bytes is too long", p.path, len(line))
	}
	for {
		_, err := unix.Write(p.fd, []byte(line))
		switch {
		case err == nil:
			return nil
		case errors.Is(err, unix.EAGAIN):
			return fmt.Errorf("pipe %s: full, its reader is slow or absent", p.path)
		case !errors.Is(err, unix.EINTR):
			return fmt.Errorf("pipe %s: %w", p.path, err)
		}
	}
}

// removed reports whether nobody could open the pipe any more.
func (p *pipe) removed() bool {
	var now unix.Stat_t
	return unix.Fstat(p.fd, &now) == nil && now.Nlink == 0
}

// unread is how many bytes nobody has read yet.
func (p *pipe) unread() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fd < 0 {
		return 0
	}
	n, err := unix.IoctlGetInt(p.fd, unix.TIOCINQ)
	if err != nil {
		return 0
	}
	return n
}

// close closes the pipe and removes it, if it was made here.
func (p *pipe) close() {
	p.remove()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shut()
}

// remove removes the pipe if it was made here and is still the one. Those who
// have it open keep it.
func (p *pipe) remove() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var now unix.Stat_t
	if p.made && unix.Lstat(p.path, &now) == nil && now.Dev == p.stat.Dev && now.Ino == p.stat.Ino {
		if err := unix.Unlink(p.path); err != nil {
			p.log.Printf("pipe %s: remove: %v", p.path, err)
		}
	}
	p.made = false
}

func (p *pipe) shut() {
	if p.fd >= 0 {
		_ = unix.Close(p.fd)
	}
	p.fd, p.made = -1, false
}
