package lab

import (
	"context"
	"errors"
	"net"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"github.com/viplab/viplab/lab/service"
)

// control lets a node's systemctl start and stop its services.
func (l *Lab) control(name string, h *host) error {
	var listener net.Listener
	if err := h.Do(func() (err error) {
		if err := os.MkdirAll(filepath.Dir(service.ControlSocket), 0o755); err != nil {
			return err
		}
		listener, err = net.Listen("unix", service.ControlSocket)
		return err
	}); err != nil {
		return err
	}
	// The socket's file is on the node, out of this process' sight.
	listener.(*net.UnixListener).SetUnlinkOnClose(false)
	context.AfterFunc(l.life, func() { listener.Close() })
	l.side.Go(func() {
		if err := service.Control(listener, func(r service.Request) service.Answer { return l.answer(name, r) }); err != nil {
			l.trouble(name, err)
		}
	})
	return nil
}

// answer does what systemctl asks on a node.
func (l *Lab) answer(node string, r service.Request) service.Answer {
	s, err := l.service(node, r.Unit)
	if err != nil {
		return service.Answer{Unknown: true}
	}
	if err := l.do(s, r.Verb); err != nil {
		return service.Answer{Error: err.Error()}
	}
	return service.Answer{Active: s.process() != nil}
}

func (l *Lab) do(s *supervised, verb string) error {
	ctx := l.life
	switch verb {
	case "start":
		return l.StartService(ctx, s.node, s.name)
	case "stop":
		return l.StopService(ctx, s.node, s.name)
	case "restart":
		return errors.Join(l.StopService(ctx, s.node, s.name), l.StartService(ctx, s.node, s.name))
	case "reload":
		p := s.process()
		if p == nil {
			return errors.New("it does not run")
		}
		return p.Signal(syscall.SIGHUP)
	}
	return nil
}

// programs lists the daemons that run under another name than their service's.
func (l *Lab) programs(node string, h *host) map[string]string {
	found := map[string]string{}
	for name, s := range h.spec.Services {
		if s.HA == nil {
			continue
		}
		if program := path.Base(l.daemon(node).Target()); program != name {
			found[name] = program
		}
	}
	return found
}
