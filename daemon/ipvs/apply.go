package ipvs

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Failure is a change that did not happen.
type Failure struct {
	Change Change
	Err    error // wraps one of this package's errors where the kernel was clear, and its errno
}

// Error says what did not happen and why.
func (f Failure) Error() string { return f.Change.String() + ": " + f.Err.Error() }

// Unwrap is Err.
func (f Failure) Unwrap() error { return f.Err }

// Apply makes the changes in order and returns those that failed. A failure
// does not stop the others, but for servers of a service that could not be
// added: they fail with ErrNotTried and the service's error.
//
// Many commands go in one system call, which the kernel finishes even if this
// process is killed. It answers only what fails and the last of a batch.
func (c *Conn) Apply(changes []Change) []Failure {
	c.mu.Lock()
	defer c.mu.Unlock()
	var failed []Failure
	lost := map[Key]error{} // services that could not be added
	for rest := changes; len(rest) > 0; {
		n, errs := c.s.batch(rest)
		for i := range n {
			if errs[i] == nil {
				continue
			}
			f := Failure{rest[i], c.s.reason(&rest[i], errs[i])}
			key := f.Change.Service.Key.normal()
			switch why := lost[key]; {
			case f.Change.Op == AddService && !errors.Is(f.Err, ErrExists):
				lost[key] = f.Err
			case f.Change.Op.ofServer() && errors.Is(errs[i], unix.ESRCH) && why != nil:
				f.Err = fmt.Errorf("%w: %w", ErrNotTried, why)
			}
			failed = append(failed, f)
		}
		rest = rest[n:]
	}
	return failed
}

// batch sends as many of the changes as fit and returns their number and errors,
// by place.
func (s *socket) batch(changes []Change) (n int, errs map[int]error) {
	first := s.seq + 1
	for n < len(changes) && n < s.room && len(s.out.buf) < batchBytes {
		var flags uint16
		at := s.begin(0, changes[n].Op.command())
		s.out.change(&changes[n])
		if n++; n == len(changes) || n == s.room || len(s.out.buf) >= batchBytes {
			flags = unix.NLM_F_ACK
		}
		s.out.flag(at, flags)
		s.out.end(at)
	}
	errs = make(map[int]error)
	err := s.send()
	for done := err != nil; !done; {
		if done, err = s.receive(func(m message) (bool, error) {
			place := m.seq - first // wraps around for what is older
			if m.kind != unix.NLMSG_ERROR || place >= uint32(n) {
				return false, nil
			}
			if failure := m.failure(); failure != nil {
				errs[int(place)] = failure
			}
			return place == uint32(n)-1, nil
		}); err != nil {
			break
		}
	}
	if err != nil { // nobody knows what has happened
		for i := range n {
			errs[i] = err
		}
	}
	return n, errs
}
