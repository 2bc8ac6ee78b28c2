package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Limits of a request: nobody holds up the daemon.
const (
	maxRequest  = 64 << 10 // bytes
	requestTime = 10 * time.Second
	endTime     = time.Second // for requests under way when it stops
)

// order is the body of a request.
type order struct {
	Instance string `json:"instance,omitempty"`
	On       bool   `json:"on,omitempty"`
}

// failure is the answer to a request that failed.
type failure struct {
	Error string `json:"error"`
}

// Serve answers requests on l with what b says until ctx ends, and closes l.
func Serve(ctx context.Context, l net.Listener, b Backend) error {
	s := &http.Server{Handler: Handler(b), ReadTimeout: requestTime, WriteTimeout: 2 * requestTime, MaxHeaderBytes: maxRequest,
		BaseContext: func(net.Listener) context.Context { return ctx }}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
		defer cancel()
		if s.Shutdown(end) != nil {
			s.Close()
		}
	}()
	err := s.Serve(l)
	cancel()
	<-ended
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve control socket: %w", err)
	}
	return nil
}

// Handler is the HTTP side of b.
func Handler(b Backend) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/status", func(w http.ResponseWriter, r *http.Request) {
		st, err := b.Status(r.Context())
		answer(w, st, err)
	})
	for path, do := range map[string]func(context.Context, order) error{
		"switchover":  func(ctx context.Context, o order) error { return b.Switchover(ctx, o.Instance) },
		"maintenance": func(ctx context.Context, o order) error { return b.Maintenance(ctx, o.Instance, o.On) },
		"reload":      func(ctx context.Context, _ order) error { return b.Reload(ctx) },
	} {
		mux.HandleFunc("POST /v1/"+path, func(w http.ResponseWriter, r *http.Request) {
			var o order
			d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest))
			d.DisallowUnknownFields()
			if err := d.Decode(&o); err != nil {
				reply(w, http.StatusBadRequest, failure{fmt.Sprintf("read request: %v", err)})
				return
			}
			answer(w, struct{}{}, do(r.Context(), o))
		})
	}
	return mux
}

func answer(w http.ResponseWriter, v any, err error) {
	switch {
	case err == nil:
		reply(w, http.StatusOK, v)
	case errors.Is(err, ErrNoInstance):
		reply(w, http.StatusNotFound, failure{err.Error()})
	case errors.Is(err, ErrNotMaster):
		reply(w, http.StatusConflict, failure{err.Error()})
	default:
		reply(w, http.StatusInternalServerError, failure{err.Error()})
	}
}

func reply(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the other end has gone; there is nobody to tell
}
