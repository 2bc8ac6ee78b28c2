package track

import (
	"slices"
	"sync"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/vrrp"
)

// pollInterval is how often what the kernel tells nothing of is looked at.
const pollInterval = time.Second

// files are those of a configuration that are tracked.
type files struct {
	opt *Options
	all sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	list    []*file // in the order of the configuration
	watch   *watch  // nil before the first file, and where there is none
	failed  error   // why there is none
	poll    *time.Timer
	written map[[2]string]bool // by name and path: init_file has been done
}

func newFiles(o *Options) *files { return &files{opt: o} }

func (s *files) apply(cfg *conf.Config, used users) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write(cfg.TrackFiles)
	old := s.list
	s.list = nil
	for _, c := range cfg.TrackFiles {
		if !used.has(vrrp.File, c.Name) {
			continue
		}
		f := newFile(s.opt.Log, c)
		if i := slices.IndexFunc(old, func(f *file) bool { return f.name == c.Name }); i >= 0 {
			if old[i].path == f.path {
				f = old[i]
			} else {
				f.result.Value = old[i].result.Value
			}
			old = slices.Delete(old, i, i+1)
		}
		s.list = append(s.list, f)
	}
	for _, f := range old {
		s.opt.Report(vrrp.Result{Tracker: f.result.Tracker})
	}
	s.open()
	for _, f := range s.list {
		f.refollow()
	}
	s.rewatch()
	s.refresh(s.list)
}

// write writes the files that the configuration wants written, tracked or not,
// once.
func (s *files) write(list []*conf.TrackFile) {
	written := map[[2]string]bool{}
	for _, c := range list {
		if !c.Init {
			continue
		}
		key := [2]string{c.Name, c.Path}
		if !s.written[key] {
			if err := writeNumber(c.Path, c.InitValue, c.Overwrite); err != nil {
				s.opt.Log.Printf("track_file %s: init_file: %v", c.Name, err)
			}
		}
		written[key] = true
	}
	s.written = written
}

// open begins to watch, if there is something.
func (s *files) open() {
	if len(s.list) == 0 || s.watch != nil || s.failed != nil || s.closed {
		return
	}
	if s.watch, s.failed = newWatch(); s.failed != nil {
		return
	}
	w := s.watch
	s.all.Go(func() { w.read(s.happened) })
}

// happened looks at the files that an event concerns.
func (s *files) happened(w *watch, ev event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if ev.lost {
		s.refresh(s.list)
	} else {
		s.refresh(w.concerned(ev))
	}
}

// refresh looks at the files of list, and sees to it that they are watched.
// Between the look at a name and its watch things may change, hence the second
// look, until nothing does.
func (s *files) refresh(list []*file) {
	for range maxLinks {
		moved := false
		for _, f := range list {
			moved = f.refollow() || moved
		}
		if !moved && (s.watch == nil || !s.watch.dirty) {
			break
		}
		s.rewatch()
	}
	for _, f := range list {
		if f.look() {
			s.opt.Report(f.result)
		}
	}
}

// rewatch watches what is to be watched, and nothing else.
func (s *files) rewatch() {
	var polled bool
	if s.watch != nil {
		s.watch.set(s.list)
	}
	for _, f := range s.list {
		err := s.failed
		if err == nil {
			err = s.watch.missing(f)
		}
		if f.polled = err != nil; f.polled {
			polled = true
			f.complain("track_file %s cannot be watched (%v): it is looked at once a second", f.name, err)
		}
	}
	switch {
	case polled && s.poll == nil:
		s.poll = time.AfterFunc(pollInterval, s.again)
	case !polled && s.poll != nil:
		s.poll.Stop()
		s.poll = nil
	}
}

// again looks at what cannot be watched.
func (s *files) again() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.poll == nil {
		return
	}
	var list []*file
	for _, f := range s.list {
		if f.polled {
			list = append(list, f)
		}
	}
	if s.watch != nil {
		s.watch.dirty = true // it may have become possible
	}
	s.poll.Reset(pollInterval)
	s.refresh(list)
}

func (s *files) close() {
	s.mu.Lock()
	s.closed = true
	if s.poll != nil {
		s.poll.Stop()
	}
	if s.watch != nil {
		s.watch.close()
	}
	s.mu.Unlock()
	s.all.Wait()
}

func (s *files) repeat() {
	for _, r := range s.results() {
		s.opt.Report(r)
	}
}

func (s *files) results() []vrrp.Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]vrrp.Result, len(s.list))
	for n, f := range s.list {
		out[n] = f.result
	}
	return out
}
