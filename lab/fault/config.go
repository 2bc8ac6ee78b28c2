package fault

import (
	"context"
	"errors"
	"syscall"
)

// Config gives a daemon another configuration, as an operator does who edits the
// file, with whatever mistakes, and reloads.
type Config struct {
	Service Service
	// File holds the new configuration: a path on the node.
	File string
}

// Name returns "config".
func (Config) Name() string { return "config" }

// Target returns NODE/SERVICE.
func (f Config) Target() string { return f.Service.String() }

// Inject copies File over what the daemon reads and sends SIGHUP. Its heal puts
// back what was there and sends SIGHUP again, or starts the daemon if that has
// not survived.
func (f Config) Inject(_ context.Context, sys System) (Heal, error) {
	after, err := sys.ReadFile(f.Service.Node, f.File)
	if err != nil {
		return nil, err
	}
	path, before, err := f.Service.config(sys)
	if err != nil {
		return nil, err
	}
	if err := f.Service.reload(sys, path, after); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		err := f.Service.reload(sys, path, before)
		if errors.Is(err, ErrNotRunning) {
			return sys.StartService(ctx, f.Service.Node, f.Service.Name)
		}
		return err
	}, nil
}

// config returns what an ha service reads, and where that is on its node.
func (s Service) config(sys System) (path string, data []byte, err error) {
	if path, err = sys.ConfigFile(s.Node, s.Name); err != nil {
		return "", nil, err
	}
	data, err = sys.ReadFile(s.Node, path)
	return path, data, err
}

// reload writes a configuration and tells the daemon to read it.
func (s Service) reload(sys System, path string, config []byte) error {
	if err := sys.WriteFile(s.Node, path, config); err != nil {
		return err
	}
	p, err := sys.Process(s.Node, s.Name)
	if err != nil {
		return err
	}
	return p.Signal(syscall.SIGHUP)
}
