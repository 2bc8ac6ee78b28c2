// Package metrics shows the status of a running vipd to Prometheus. Values are
// taken when they are asked for; nothing is counted here.
package metrics

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/viplab/viplab/daemon/status"
)

// Source tells the status. Its method may be called by many goroutines at once.
type Source interface {
	Status(context.Context) (*status.Status, error)
}

// Limits: nobody holds up the daemon, and a scrape is not answered with what is
// long past.
const (
	scrapeTime = 5 * time.Second
	headerSize = 16 << 10
	perTime    = 4 // scrapes at a time
	endTime    = time.Second
)

// Handler answers with the metrics of what s says.
func Handler(s Source) http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(&collector{s}, collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{MaxRequestsInFlight: perTime, Timeout: scrapeTime})
}

// Serve answers GET /metrics on l until ctx ends, and closes l.
func Serve(ctx context.Context, l net.Listener, s Source) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", Handler(s))
	server := &http.Server{Handler: mux, ReadTimeout: scrapeTime, WriteTimeout: 2 * scrapeTime, MaxHeaderBytes: headerSize}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
		defer cancel()
		if server.Shutdown(end) != nil {
			server.Close()
		}
	}()
	err := server.Serve(l)
	cancel()
	<-ended
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve metrics: %w", err)
	}
	return nil
}
