package child

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// maxCalls bounds the requests that are answered at a time.
const maxCalls = 32

var errBusy = errors.New("too many requests at a time")

// handler answers a request. file is nil if none came, and closed afterwards.
type handler func(ctx context.Context, method string, body json.RawMessage, file *os.File) (any, error)

// server is the answering end of a wire.
type server struct {
	wire   *wire
	handle handler

	mu      sync.Mutex
	running map[uint64]context.CancelFunc
	all     sync.WaitGroup
}

// serve answers requests, each on its own, until the other end is gone or ctx
// ends. It returns when all handlers have; the error is nil for either end.
func (s *server) serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer s.all.Wait()
	defer cancel()
	defer s.wire.conn.Close()
	defer context.AfterFunc(ctx, func() { _ = s.wire.conn.Close() })()
	for {
		m, file, err := s.wire.receive()
		switch {
		case err == nil:
			s.take(ctx, m, file)
		case ctx.Err() != nil || hangup(err):
			return nil
		default:
			return fmt.Errorf("receive request: %w", err)
		}
	}
}

// take begins to answer m, or ends what m calls off.
func (s *server) take(ctx context.Context, m *message, file *os.File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, known := s.running[m.ID]
	if m.Cancel {
		if known {
			old()
		}
		m.Method = ""
	}
	if m.Method == "" || known {
		if file != nil {
			_ = file.Close()
		}
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	busy := len(s.running) >= maxCalls
	s.running[m.ID] = cancel
	s.all.Go(func() {
		defer func() {
			cancel()
			s.mu.Lock()
			delete(s.running, m.ID)
			s.mu.Unlock()
		}()
		s.answer(ctx, m, file, busy)
	})
}

func (s *server) answer(ctx context.Context, m *message, file *os.File, busy bool) {
	var reply any
	err := error(errBusy)
	if !busy {
		reply, err = s.handle(ctx, m.Method, m.Body, file)
	}
	if file != nil {
		_ = file.Close()
	}
	a := &message{ID: m.ID}
	if err == nil && reply != nil {
		a.Body, err = json.Marshal(reply)
	}
	if err != nil {
		a.Error, a.Kind = err.Error(), kindOf(err)
	}
	// Nobody hears of an answer that cannot be sent: the parent is gone.
	if err := s.wire.send(a, nil, time.Time{}); errors.Is(err, ErrMessage) {
		_ = s.wire.send(&message{ID: m.ID, Error: err.Error()}, nil, time.Time{})
	}
}
