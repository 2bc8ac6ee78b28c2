package track

import (
	"slices"
	"time"
)

// happened takes an event. A process that begins is looked at only if its parent
// is one that counts: it is the same program until it runs another one.
func (s *processes) happened(c change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.found == nil {
		return
	}
	switch {
	case c.what == exited:
		s.assign(c.pid, nil)
	case c.what != forked || s.found[c.parent] != nil:
		s.assign(c.pid, s.whose(c.pid))
	}
}

// whose returns those who count a process.
func (s *processes) whose(pid int) []*process {
	command := slices.ContainsFunc(s.list, func(p *process) bool { return p.match.comm == "" })
	if !s.proc.read(pid, command) {
		return nil
	}
	var who []*process
	for _, p := range s.list {
		if p.match.match(&s.proc) {
			who = append(who, p)
		}
	}
	return who
}

// assign has a process counted by who, and by nobody else.
func (s *processes) assign(pid int, who []*process) {
	before := s.found[pid]
	if len(who) == 0 {
		delete(s.found, pid)
	} else {
		s.found[pid] = who
	}
	for _, p := range before {
		if !slices.Contains(who, p) {
			s.count(p, p.quorum.count-1)
		}
	}
	for _, p := range who {
		if !slices.Contains(before, p) {
			s.count(p, p.quorum.count+1)
		}
	}
}

// rescan counts all processes anew.
func (s *processes) rescan() {
	found, counts := map[int][]*process{}, map[*process]int{}
	err := everyProcess(func(pid int) {
		who := s.whose(pid)
		if len(who) > 0 {
			found[pid] = who
		}
		for _, p := range who {
			counts[p]++
		}
	})
	if err != nil {
		s.opt.Log.Printf("track_process: %v", err)
		return
	}
	s.found = found
	for _, p := range s.list {
		s.count(p, counts[p])
	}
}

// count takes the number of processes of p.
func (s *processes) count(p *process, n int) {
	first := !p.known
	st := p.quorum.set(n)
	if st.stop {
		p.cancel()
	}
	if st.wait > 0 {
		p.cancel()
		var t *time.Timer
		t = time.AfterFunc(st.wait, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if p.delay == t && !s.closed {
				p.delay = nil
				if p.late() {
					s.tell(p, false)
				}
			}
		})
		p.delay = t
	}
	if st.turn {
		s.tell(p, first)
	}
}

// tell reports a new state.
func (s *processes) tell(p *process, first bool) {
	if !first {
		word := "lost"
		if p.up {
			word = "gained"
		}
		s.opt.Log.Printf("Quorum %s for tracked process %s", word, p.name)
	}
	p.reported = p.state()
	s.opt.Report(p.reported)
}
