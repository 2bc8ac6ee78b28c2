package child

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/process"
	"github.com/viplab/viplab/daemon/status"
)

// Service is what a child does for its parent. Its methods may be called at the
// same time; none is called before Start has returned.
type Service interface {
	// Start runs cfg and returns when all runs.
	Start(ctx context.Context, o Settings, cfg *conf.Config) error
	// Reload replaces the configuration. After an error the one of before must go
	// on.
	Reload(ctx context.Context, cfg *conf.Config) error
	Status(ctx context.Context) (*status.Status, error)
	Switchover(ctx context.Context, instance string) error
	Maintenance(ctx context.Context, instance string, on bool) error
	ClearStats(ctx context.Context) error
	ReopenLogs()
	// Sessions returns which BFD sessions are up, as soon as that is not what it
	// was at the number seen; 0: at once.
	Sessions(ctx context.Context, seen uint64) (*Sessions, error)
	// Hear takes what another process's Sessions says.
	Hear(ctx context.Context, s *Sessions) error
}

// Sessions are the BFD sessions of a process at one moment. Number counts the
// moments, from 1.
type Sessions struct {
	Number uint64          `json:"number"`
	Up     map[string]bool `json:"up"` // by name
}

// Serve answers the parent's requests on its end of the channel, which it takes
// over, until the parent is gone or ctx ends. No method of s runs when it returns.
func Serve(ctx context.Context, end *os.File, s Service) error {
	w, err := newWire(end)
	if err != nil {
		return err
	}
	d := &dispatcher{service: s, order: make(chan struct{}, 1)}
	server := &server{wire: w, handle: d.handle, running: map[uint64]context.CancelFunc{}}
	return server.serve(ctx)
}

// dispatcher calls the methods of a service.
type dispatcher struct {
	service Service
	order   chan struct{} // held by the one that starts or reloads
	started bool          // guarded by order
}

func (d *dispatcher) handle(ctx context.Context, method string, body json.RawMessage, file *os.File) (any, error) {
	if method == methodStart || method == methodReload {
		return nil, d.load(ctx, method, body, file)
	}
	if err := d.ready(ctx); err != nil {
		return nil, err
	}
	var o order
	if method == methodSwitchover || method == methodMaintenance {
		if err := json.Unmarshal(body, &o); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMessage, err)
		}
	}
	switch method {
	case methodReopen:
		d.service.ReopenLogs()
		return nil, nil
	case methodStatus:
		return d.service.Status(ctx)
	case methodSwitchover:
		return nil, d.service.Switchover(ctx, o.Instance)
	case methodMaintenance:
		return nil, d.service.Maintenance(ctx, o.Instance, o.On)
	case methodClearStats:
		return nil, d.service.ClearStats(ctx)
	case methodSessions, methodHear:
		return d.sessions(ctx, method, body)
	}
	return nil, fmt.Errorf("%w %q", ErrMethod, method)
}

// sessions asks for sessions, or tells of them.
func (d *dispatcher) sessions(ctx context.Context, method string, body json.RawMessage) (any, error) {
	var s Sessions
	if err := json.Unmarshal(body, &s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	if method == methodSessions {
		return d.service.Sessions(ctx, s.Number)
	}
	return nil, d.service.Hear(ctx, &s)
}

// ready waits for the start.
func (d *dispatcher) ready(ctx context.Context) error {
	if err := d.lock(ctx); err != nil {
		return err
	}
	defer d.unlock()
	if !d.started {
		return fmt.Errorf("%w: not started", ErrMethod)
	}
	return nil
}

// load starts or reloads, one at a time.
func (d *dispatcher) load(ctx context.Context, method string, body json.RawMessage, file *os.File) error {
	cfg, err := readMemory(file)
	if err != nil {
		return err
	}
	var o Settings
	if err := json.Unmarshal(body, &o); err != nil {
		return fmt.Errorf("%w: %w", ErrMessage, err)
	}
	if err := d.lock(ctx); err != nil {
		return err
	}
	defer d.unlock()
	if d.started != (method == methodReload) {
		return fmt.Errorf("%w: %s at the wrong time", ErrMethod, method)
	}
	if d.started {
		return d.service.Reload(ctx, cfg)
	}
	if err := d.service.Start(ctx, o, cfg); err != nil {
		return err
	}
	d.started = true
	return nil
}

func (d *dispatcher) lock(ctx context.Context) error {
	select {
	case d.order <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *dispatcher) unlock() { <-d.order }

// readMemory reads the effective configuration. The parent has told what is wrong
// with it; what keeps it from running now is a mistake of ours.
func readMemory(file *os.File) (*conf.Config, error) {
	if file == nil {
		return nil, fmt.Errorf("%w: no configuration came with it", ErrMessage)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("look at the configuration: %w", err)
	}
	process.Expect(info.Size())
	// The offset of the file is the parent's too.
	cfg, err := conf.Read(io.NewSectionReader(file, 0, info.Size()), "effective configuration")
	if cfg == nil || len(cfg.Diagnostics.AtLeast(conf.Fatal)) > 0 {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	cfg.Relocate()
	cfg.Forget() // a process keeps what it runs by, not the text
	return cfg, nil
}
