package expect

import (
	"errors"
	"maps"
	"testing"
	"testing/fstest"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// directorConf has checkers of both sorts: retries 3 x 1 s, loops of 3 s.
const directorConf = `
virtual_server 192.168.0.5 80 {
    delay_loop 3
    protocol TCP
    real_server 192.168.136.229 80 {
        HTTP_GET {
            url {
                path /
            }
            retry 3
            delay_before_retry 1
        }
    }
    real_server 192.168.136.129 80 {
        TCP_CHECK {
            retry 2
            delay_before_retry 4
        }
    }
    real_server 192.168.136.1 80 {
    }
    real_server 192.168.136.2 80 {
        TCP_CHECK {
            delay_loop 10
            retry 1
        }
        HTTP_GET {
            url {
                path /a
            }
            url {
                path /b
            }
            delay_before_retry 5
        }
    }
    real_server 192.168.136.3 80 {
        MISC_CHECK {
            misc_path "/bin/true"
        }
    }
}
virtual_server fwmark 7 {
    real_server 192.168.136.229 80 {
        TCP_CHECK {
        }
    }
}
`

func director(t *testing.T) map[string]*conf.Config {
	t.Helper()
	c, err := conf.Loader{}.Parse(fstest.MapFS{"k.conf": {Data: []byte(directorConf)}}, "/k.conf")
	if c == nil {
		t.Fatal(err)
	}
	return map[string]*conf.Config{"lb1": c}
}

func TestServerPromise(t *testing.T) {
	r := NewRun(nil, director(t), 0)
	s := time.Second
	for _, tc := range []struct {
		name, service, server string
		up                    bool
		span, late            time.Duration
		err                   error
	}{
		{"HTTP, out", "TCP 192.168.0.5:80", "192.168.136.229:80", false, 3 * s, 3*s + tableSample, nil},
		{"HTTP, in", "TCP 192.168.0.5:80", "192.168.136.229:80", true, 3 * s, 3*s + tableSample, nil},
		{"TCP, out", "TCP 192.168.0.5:80", "192.168.136.129:80", false, 8 * s, 3*s + tableSample, nil},
		{"TCP, in", "TCP 192.168.0.5:80", "192.168.136.129:80", true, 0, 3*s + tableSample, nil},
		// HTTP is out after 5..8 s, TCP after 1..11 s.
		{"the first of two, out", "TCP 192.168.0.5:80", "192.168.136.2:80", false, 1 * s, 7*s + tableSample, nil},
		// HTTP is in after 6..11 s, TCP after 0..10 s.
		{"the last of two, in", "TCP 192.168.0.5:80", "192.168.136.2:80", true, 6 * s, 5*s + tableSample, nil},
		{"mark", "FWM 7", "192.168.136.229:80", true, 0, 60*s + tableSample, nil},
		{"no checker", "TCP 192.168.0.5:80", "192.168.136.1:80", true, 0, 0, ErrNoBound},
		{"MISC", "TCP 192.168.0.5:80", "192.168.136.3:80", true, 0, 0, ErrNoBound},
		{"unknown server", "TCP 192.168.0.5:80", "192.168.136.9:80", true, 0, 0, ErrNoServer},
		{"unknown service", "TCP 192.168.0.6:80", "192.168.136.229:80", true, 0, 0, ErrNoServer},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rs, err := r.realServer("lb1", tc.service, tc.server)
			var p promise
			if err == nil {
				p, err = serverPromise(rs, tc.up)
			}
			if !errors.Is(err, tc.err) || err == nil && (p.span != tc.span || p.late != tc.late) {
				t.Errorf("got %v and %v more, %v; want %v and %v more, %v", p.span, p.late, err, tc.span, tc.late, tc.err)
			}
		})
	}
}

// HTTPd of rs1 ends at 10 s, having been told at 9.5 s, and begins at 20 s.
func TestServer(t *testing.T) {
	base := func() *story {
		s := &story{}
		s.ipvs(1, timeline.Added, "", 0)
		s.ipvs(1, timeline.Added, "192.168.136.229:80", 2)
		s.add(9.5, "", timeline.KindFault, func(e *timeline.Event) {
			e.Fault = &timeline.Fault{Name: "stop", Target: "rs1/httpd", Phase: timeline.Begin}
		})
		s.process(10, "rs1", "httpd", timeline.End)
		s.process(20, "rs1", "httpd", timeline.Begin)
		return s
	}
	item := func(up bool) Item {
		return Item{Server: &Server{Node: "lb1", Service: "TCP 192.168.0.5:80", Server: "192.168.136.229:80", After: "rs1/httpd", Up: up}}
	}
	gone := func(at float64) func(*story) {
		return func(s *story) { s.ipvs(at, timeline.Deleted, "192.168.136.229:80", 0) }
	}
	back := func(at float64) func(*story) {
		return func(s *story) { gone(13)(s); s.ipvs(at, timeline.Added, "192.168.136.229:80", 2) }
	}
	inhibited := func(s *story) { s.ipvs(14, timeline.Changed, "192.168.136.229:80", 0) }
	rows := []row{
		{name: "out in time", doctor: gone(14), item: item(false), from: 9, to: 19},
		{name: "inhibited in time", doctor: inhibited, item: item(false), from: 9, to: 19},
		{name: "out as soon as it was told to stop", doctor: gone(12.6), item: item(false), from: 9, to: 19},
		{name: "out too early", doctor: gone(12.4), item: item(false), from: 9, to: 19, id: "server", got: "2.400000 s"},
		{name: "out too late", doctor: gone(16.1), item: item(false), from: 9, to: 19, id: "server", got: "6.100000 s"},
		{name: "never out", item: item(false), from: 9, to: 19, id: "server", got: "has not changed"},
		{name: "in again", doctor: back(25), item: item(true), from: 19, to: 30},
		{name: "in too early", doctor: back(22), item: item(true), from: 19, to: 30, id: "server", got: "2.000000 s"},
		{name: "in too late", doctor: back(26.1), item: item(true), from: 19, to: 30, id: "server", got: "6.100000 s"},
		{name: "nothing has stopped", item: item(false), from: 1, to: 9, id: "server", got: "rs1/httpd has not changed"},
		{name: "open: to come", item: item(false), from: 9, to: 15, open: true, id: "server", verdict: Pending},
		{name: "open: overdue", item: item(false), from: 9, to: 18, open: true, id: "server", verdict: Fail},
	}
	for i := range rows {
		rows[i].configs = func(c map[string]*conf.Config) { maps.Copy(c, director(t)) }
	}
	run(t, base, rows)
}
