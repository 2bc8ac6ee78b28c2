package router

import (
	"context"
	"sync/atomic"
)

// requests are what other goroutines want done on the thread that keeps time.
// Neither side ever waits for the other: there is no lock.
type requests struct{ last atomic.Pointer[request] }

type request struct {
	do     func()
	before *request
}

// put adds f.
func (q *requests) put(f func()) {
	r := &request{do: f}
	for {
		r.before = q.last.Load()
		if q.last.CompareAndSwap(r.before, r) {
			return
		}
	}
}

// take returns all that were put, the first of them first, linked by before.
func (q *requests) take() *request {
	var first *request
	for r := q.last.Swap(nil); r != nil; {
		next := r.before
		r.before, first = first, r
		r = next
	}
	return first
}

// post has f done on the router's thread, and does not wait for it.
func (r *Router) post(f func()) {
	r.requests.put(f)
	r.wait.rouse()
}

// ask has f done on the router's thread and returns when it is.
func (r *Router) ask(ctx context.Context, f func() error) error {
	answer := make(chan error, 1)
	r.post(func() { answer <- f() })
	select {
	case err := <-answer:
		return err
	case <-r.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	select { // the last thing that was done
	case err := <-answer:
		return err
	default:
		return ErrStopped
	}
}

// answer does what others asked for.
func (r *Router) answer() {
	for q := r.requests.take(); q != nil; q = q.before {
		q.do()
		r.breathe()
	}
}
