package ipvs

import (
	"reflect"
	"testing"

	"github.com/viplab/viplab/daemon/conf"
)

// FuzzAnswers reads what a kernel may answer. Nothing panics, and what was read
// is the same when it is written and read again.
func FuzzAnswers(f *testing.F) {
	for _, e := range services() {
		var out encoder
		out.change(&Change{Op: AddService, Service: e.Service})
		f.Add(out.buf)
		for _, s := range e.Servers {
			var out encoder
			out.change(&Change{Op: AddServer, Service: e.Service, Server: s.Server})
			f.Add(out.buf)
		}
	}
	var out encoder
	Daemon{Master: true, Interface: "eth0", SyncID: 1, TTL: 1}.encode(&out)
	f.Add(out.buf)
	f.Fuzz(func(t *testing.T, b []byte) {
		for rest := b; len(rest) > 0; {
			var err error
			var m message
			if m, rest, err = next(rest); err != nil {
				break
			}
			_ = m.failure()
		}
		if e, err := parseService(b); err == nil {
			again := rewritten(t, Change{Op: AddService, Service: e.Service}, parseService)
			if normal := e.Service.Normal(); again.Service.Normal() != normal {
				t.Errorf("read %+v, again %+v", normal, again.Service)
			}
		}
		if s, err := parseServer(b, conf.IPv4); err == nil && s.Forward.Method != 0 {
			again := rewritten(t, Change{Op: AddServer, Service: Service{Key: tcp("10.0.0.1:1")}, Server: s.Server},
				func(b []byte) (ServerEntry, error) { return parseServer(b, conf.IPv6) })
			if again.Server != s.Server {
				t.Errorf("read %+v, again %+v", s.Server, again.Server)
			}
		}
		if d, err := parseDaemon(b); err == nil {
			var out encoder
			d.encode(&out)
			if again, err := parseDaemon(out.buf); err != nil || !reflect.DeepEqual(again, d) && len(d.Interface) < 60 {
				t.Errorf("read %+v, again %+v, %v", d, again, err)
			}
		}
	})
}

func rewritten[T any](t *testing.T, c Change, read func([]byte) (T, error)) T {
	var out encoder
	out.change(&c)
	v, err := read(out.buf)
	if err != nil {
		t.Errorf("%v: %v", c, err)
	}
	return v
}
