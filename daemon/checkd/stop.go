package checkd

import (
	"context"
	"time"
)

// closeLimit bounds what comes after the services are gone: the last scripts.
const closeLimit = 3 * time.Second

// stop stops all parts: checks first, then services, with the scripts of omega
// before the kernel is told. It returns the exit status.
func (s *service) stop() int {
	if s.log == nil {
		return 0 // nobody had us start
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	if s.locals != nil {
		s.locals.close()
	}
	if s.follower != nil {
		s.follower.Close(s.settings.KeepIPVS)
	}
	if s.sessions != nil {
		s.sessions.use(nil)
	}
	if s.cancel != nil {
		s.cancel()
		<-s.director.done
	}
	if s.checks != nil {
		s.complain(s.checks.Close(ctx))
	}
	if d := s.director; d != nil {
		if !s.settings.KeepIPVS {
			d.post(d.say(d.pools.Stop()))
			d.table.end(ctx, s.config.Global.LVS.FlushOnStop == "all")
		}
		d.table.close()
	}
	if s.notifier != nil {
		s.complain(s.notifier.Close(ctx))
	}
	s.log.Printf("Stopped")
	s.log.Close()
	if s.failed {
		return 1 // fatal, to the parent
	}
	return 0
}

// complain logs an error that keeps nothing from running.
func (s *service) complain(err error) {
	if err != nil {
		s.log.Printf("%v", err)
	}
}
