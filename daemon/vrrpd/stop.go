package vrrpd

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/netif"
)

// Exit statuses, as the parent knows them.
const (
	exitOK         = 0
	exitFatal      = 1
	exitConfig     = 2
	exitPermission = 4
)

// closeLimit bounds what comes after the router has stopped: the last scripts
// have a second, and then some to end.
const closeLimit = 3 * time.Second

// stop stops all parts in order, the router first, and returns the exit status.
func (s *service) stop() int {
	if s.log == nil {
		return exitOK // nobody had us start
	}
	if s.cancel != nil {
		s.cancel()
		<-s.ended
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	if s.sync != nil {
		s.sync.Close(s.settings.KeepIPVS)
	}
	if s.watchers != nil {
		s.complain(s.watchers.close(ctx))
	}
	if s.notifier != nil {
		s.complain(s.notifier.Close(ctx))
	}
	s.place.close()
	s.overruns()
	s.log.Printf("Stopped")
	s.log.Close()
	return exitStatus(s.err)
}

func exitStatus(err error) int {
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return exitOK
	case errors.Is(err, fs.ErrPermission):
		return exitPermission
	case errors.Is(err, netif.ErrNoLink), errors.Is(err, child.ErrConfig):
		return exitConfig
	}
	return exitFatal
}

// complain logs an error that keeps nothing from running.
func (s *service) complain(err error) {
	if err != nil {
		s.log.Printf("%v", err)
	}
}
