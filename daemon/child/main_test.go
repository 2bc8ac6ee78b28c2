package child

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/status"
)

func TestMain(m *testing.M) {
	if role, end := Role(); role != "" {
		os.Exit(beChild(role, end))
	}
	goleak.VerifyTestMain(m)
}

// beChild is a child for tests.
func beChild(role string, end *os.File) int {
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGTERM)
	defer stop()
	if role == "parent" { // of one more child
		return beParent(ctx, end)
	}
	if err := Serve(ctx, end, &service{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if ctx.Err() != nil {
		return 10
	}
	return 11
}

// beParent starts a child, whose id it tells, and lives on.
func beParent(ctx context.Context, end *os.File) int {
	s, err := NewSpawner(nil)
	if err != nil {
		return 1
	}
	p, err := s.Start(Spec{Role: "x", Args: os.Args, Env: os.Environ(), Stderr: os.Stderr})
	if err != nil {
		return 1
	}
	_ = Serve(ctx, end, &service{state: status.Status{PID: p.PID()}})
	return 0
}

// service does what the instance names that it is given say.
type service struct {
	state   status.Status
	loaded  []string
	reopens int
}

func (s *service) Start(ctx context.Context, o Settings, cfg *conf.Config) error {
	s.state.Version = o.Log.Ident
	return s.Reload(ctx, cfg)
}

func (s *service) Reload(ctx context.Context, cfg *conf.Config) error {
	for _, i := range cfg.Instances {
		s.loaded = append(s.loaded, i.Name)
		if i.Name == "bad" {
			return fmt.Errorf("instance %s: %w", i.Name, ErrConfig)
		}
	}
	return nil
}

func (s *service) Status(context.Context) (*status.Status, error) {
	st := s.state
	for _, name := range s.loaded {
		st.Instances = append(st.Instances, status.Instance{Name: name})
	}
	st.Lost.Lines = uint64(s.reopens)
	return &st, nil
}

func (s *service) Switchover(ctx context.Context, instance string) error {
	switch instance {
	case "exit":
		os.Exit(7)
	case "panic":
		panic("on purpose")
	case "hang":
		<-ctx.Done()
		return ctx.Err()
	case "unknown":
		return fmt.Errorf("%w %q", ErrUnknownInstance, instance)
	case "stop":
		_ = unix.Kill(os.Getpid(), unix.SIGSTOP)
		time.Sleep(time.Millisecond)
	}
	return nil
}

func (s *service) Maintenance(_ context.Context, instance string, on bool) error {
	return errors.New(fmt.Sprint("maintenance ", instance, " ", on))
}

func (s *service) Sessions(ctx context.Context, seen uint64) (*Sessions, error) {
	if seen == 7 {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return &Sessions{Number: seen + 1, Up: map[string]bool{"b": seen > 0}}, nil
}
func (s *service) Hear(_ context.Context, h *Sessions) error {
	return errors.New(fmt.Sprint("heard ", h.Number, h.Up))
}
func (s *service) ClearStats(context.Context) error { s.loaded = nil; return nil }
func (s *service) ReopenLogs()                      { s.reopens++ }
