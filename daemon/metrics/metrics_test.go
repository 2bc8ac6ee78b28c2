package metrics

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"github.com/viplab/viplab/daemon/status"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type source struct {
	st  *status.Status
	err error
}

func (s source) Status(context.Context) (*status.Status, error) { return s.st, s.err }

func sample() *status.Status {
	return &status.Status{Version: "0.1.0", Started: time.Unix(1000, 0), Loaded: time.Unix(2000, 500_000_000), Refused: "no",
		Processes: []status.Process{{Name: "vrrp", Restarts: 2}},
		Instances: []status.Instance{{Name: "VI_1", Interface: "eth0", Device: "vrrp.51", Family: "IPv4", Version: 2, VRID: 51, State: "MASTER", Since: time.Unix(1500, 0),
			Priority: status.Priority{Base: 100, Effective: 80}, AdvertInterval: 1, MasterDown: 3.6875, Discards: map[string]uint64{"bad_ttl": 3},
			Addresses: []status.Address{{Prefix: netip.MustParsePrefix("10.0.0.5/32"), Interface: "eth0", Held: true}},
			Stats:     status.Stats{AdvertsSent: 7, BecameMaster: 1}}},
		Groups:   []status.Group{{Name: "G", State: "BACKUP"}},
		Trackers: []status.Tracker{{Kind: "script", Name: "chk", Known: true, Up: true}, {Kind: "file", Name: "unknown"}},
		Receive:  status.Receive{UnknownVRID: 5, Discards: map[string]uint64{"bad_header": 2}},
		Lost:     status.Lost{Mails: 4},
	}
}

func TestCollector(t *testing.T) {
	c := &collector{source{st: sample()}}
	for name, want := range map[string]string{
		"vipd_up": "# HELP vipd_up Whether the VRRP process answers.\n# TYPE vipd_up gauge\nvipd_up 1\n",
		"vipd_vrrp_state": `# HELP vipd_vrrp_state Whether an instance is in a state.
# TYPE vipd_vrrp_state gauge
vipd_vrrp_state{instance="VI_1",state="BACKUP"} 0
vipd_vrrp_state{instance="VI_1",state="FAULT"} 0
vipd_vrrp_state{instance="VI_1",state="INIT"} 0
vipd_vrrp_state{instance="VI_1",state="MASTER"} 1
`,
		"vipd_vrrp_discarded_adverts_total": "# HELP vipd_vrrp_discarded_adverts_total Adverts that were not taken.\n# TYPE vipd_vrrp_discarded_adverts_total counter\nvipd_vrrp_discarded_adverts_total{instance=\"VI_1\",reason=\"bad_ttl\"} 3\n",
		"vipd_vrrp_adverts_sent_total":      "# HELP vipd_vrrp_adverts_sent_total Adverts that were sent.\n# TYPE vipd_vrrp_adverts_sent_total counter\nvipd_vrrp_adverts_sent_total{instance=\"VI_1\"} 7\n",
		"vipd_vrrp_address_held":            "# HELP vipd_vrrp_address_held Whether a virtual address is on this host.\n# TYPE vipd_vrrp_address_held gauge\nvipd_vrrp_address_held{address=\"10.0.0.5/32\",instance=\"VI_1\",interface=\"eth0\"} 1\n",
		"vipd_tracker_up":                   "# HELP vipd_tracker_up Whether a tracker is well; it has no value before its first result.\n# TYPE vipd_tracker_up gauge\nvipd_tracker_up{kind=\"script\",name=\"chk\"} 1\n",
		"vipd_process_restarts_total":       "# HELP vipd_process_restarts_total How often a child was started again.\n# TYPE vipd_process_restarts_total counter\nvipd_process_restarts_total{process=\"vrrp\"} 2\n",
		"vipd_config_load_time_seconds":     "# HELP vipd_config_load_time_seconds When the running configuration was read.\n# TYPE vipd_config_load_time_seconds gauge\nvipd_config_load_time_seconds 2000.5\n",
	} {
		if err := testutil.CollectAndCompare(c, strings.NewReader(want), name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	problems, err := testutil.CollectAndLint(c)
	if err != nil || len(problems) > 0 {
		t.Errorf("lint: %v, %v", problems, err)
	}
	r := prometheus.NewPedanticRegistry()
	if err := r.Register(c); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Gather(); err != nil {
		t.Error(err)
	}
}

func TestWithoutAnAnswer(t *testing.T) {
	want := "# HELP vipd_up Whether the VRRP process answers.\n# TYPE vipd_up gauge\nvipd_up 0\n"
	if err := testutil.CollectAndCompare(&collector{source{err: errors.New("gone")}}, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}

func TestServe(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- Serve(ctx, l, source{st: sample()}) }()
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := c.Get("http://" + l.Addr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil || r.StatusCode != http.StatusOK || !strings.Contains(string(text), `vipd_vrrp_state{instance="VI_1",state="MASTER"} 1`) || !strings.Contains(string(text), "process_resident_memory_bytes") {
		t.Errorf("%s, %v\n%s", r.Status, err, text)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
