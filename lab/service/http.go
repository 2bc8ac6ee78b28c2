package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/viplab/viplab/lab/topology"
)

// shutdownPatience is how long requests under way may take when the server is
// told to stop.
const shutdownPatience = time.Second

// serveHTTP is the embedded web server. It ends in order on SIGTERM.
func serveHTTP(blob string) error {
	var spec topology.HTTP
	if err := json.Unmarshal([]byte(blob), &spec); err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	listeners, err := listenAll(ctx, spec.Listen)
	if err != nil {
		return err
	}
	return serveAll(ctx, listeners, logged(os.Stdout, pages(spec)))
}

// listenAll opens the listeners. Keep-alive probes would only keep the lab's
// clock from resting.
func listenAll(ctx context.Context, addresses []string) ([]net.Listener, error) {
	config := net.ListenConfig{KeepAlive: -1}
	var listeners []net.Listener
	for _, address := range addresses {
		l, err := config.Listen(ctx, "tcp", address)
		if err != nil {
			for _, open := range listeners {
				err = errors.Join(err, open.Close())
			}
			return nil, err
		}
		listeners = append(listeners, l)
	}
	return listeners, nil
}

// serveAll serves until ctx ends.
func serveAll(ctx context.Context, listeners []net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h}
	group, ctx := errgroup.WithContext(ctx)
	for _, l := range listeners {
		group.Go(func() error {
			if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
	}
	group.Go(func() error {
		<-ctx.Done()
		patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownPatience)
		defer cancel()
		if server.Shutdown(patience) != nil {
			return server.Close()
		}
		return nil
	})
	return group.Wait()
}

// pages serves the pages of the topology, and else the files of the root.
func pages(spec topology.HTTP) http.Handler {
	files := serveFiles(http.Dir(spec.Root))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := spec.Pages[r.URL.Path]
		if !ok {
			files.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, body)
	})
}

// serveFiles serves files as simple servers do. http.FileServer would send a
// client that asks for /index.html on to /, which a health checker takes for a
// failure.
func serveFiles(root http.FileSystem) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Clean("/" + r.URL.Path)
		f, info, err := openPage(root, name)
		if err == nil && info.IsDir() {
			f.Close()
			f, info, err = openPage(root, path.Join(name, "index.html"))
		}
		if err != nil {
			http.NotFound(w, r)
			return
		}
		defer f.Close()
		if info.IsDir() {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, info.Name(), info.ModTime(), f)
	})
}

func openPage(root http.FileSystem, name string) (http.File, fs.FileInfo, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, info, nil
}

// logged logs each request, as the common log format does but for the time,
// which the lab adds: 192.168.0.10 "GET / HTTP/1.1" 200.
func logged(out io.Writer, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		h.ServeHTTP(answer, r)
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		fmt.Fprintf(out, "%s \"%s %s %s\" %d\n", host, r.Method, r.URL, r.Proto, answer.status)
	})
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}
