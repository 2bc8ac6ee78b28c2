// Package control is how an operator speaks to a running vipd: HTTP over a Unix
// socket that only its owner can open, the client for it, and the commands
// `vipd status`, `switchover`, `maintenance` and `reload` that stand on the
// client. `curl --unix-socket /run/vipd.sock http://vipd/v1/status` works too.
package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"github.com/viplab/viplab/daemon/status"
)

// DefaultSocket is where a vipd listens that was told nothing else.
const DefaultSocket = "/run/vipd.sock"

// Backend is what a daemon can be asked for. Its methods may be called by many
// goroutines at once.
type Backend interface {
	// Status takes what the daemon tells of itself at this moment.
	Status(context.Context) (*status.Status, error)
	// Switchover has the Master of an instance hand over. The error wraps
	// ErrNoInstance or ErrNotMaster where it is one of those.
	Switchover(ctx context.Context, instance string) error
	// Maintenance takes an instance out of service, or lets it back; an empty
	// name stands for all. The error may wrap ErrNoInstance.
	Maintenance(ctx context.Context, instance string, on bool) error
	// Reload reads the configuration again. The error says why it was refused.
	Reload(context.Context) error
}

// Errors that a Backend gives and a Client returns.
var (
	ErrNoInstance = errors.New("no such vrrp_instance")
	ErrNotMaster  = errors.New("instance is not MASTER here")
)

// ErrNotRunning says that nobody listens on the socket, ErrInUse that somebody
// else already does.
var (
	ErrNotRunning = errors.New("no vipd answers")
	ErrInUse      = errors.New("another daemon listens")
)

// Listen makes the socket at path, which only its owner can open. A socket that
// a crash has left there is replaced; one that somebody listens on is ErrInUse.
func Listen(path string) (net.Listener, error) {
	if conn, err := net.Dial("unix", path); err == nil {
		conn.Close()
		return nil, fmt.Errorf("control socket %s: %w", path, ErrInUse)
	}
	// It gets its name only once it has its mode.
	fresh := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d", filepath.Base(path), os.Getpid()))
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("make control socket: %w", err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: fresh, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("make control socket: %w", err)
	}
	l.SetUnlinkOnClose(false)
	err = os.Chmod(fresh, 0o600)
	if err == nil {
		err = os.Rename(fresh, path)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make control socket: %w", err), l.Close(), os.Remove(fresh))
	}
	return &socket{l, path}, nil
}

// socket removes its name when it is closed.
type socket struct {
	net.Listener
	path string
}

func (s *socket) Close() error {
	return errors.Join(os.Remove(s.path), s.Listener.Close())
}
