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
		VirtualServers: []status.VirtualServer{
			{Name: "[G]:0", Protocol: "TCP", Family: "inet", Up: true, Weight: 3, Quorum: 2, Sorry: &status.Sorry{Active: true},
				Services: []status.KernelServer{{Present: true, Counters: status.Counters{Connections: 4}}, {Present: true, Counters: status.Counters{Connections: 5}}, {}},
				Servers: []status.RealServer{{Name: "[10.0.0.1]:tcp:80", Alive: true, Weight: 3, Kernel: &status.KernelReal{Weight: 1, Active: 8, Counters: status.Counters{BytesOut: 77}},
					Checkers: []status.Checker{{Checks: 3}, {Checks: 4}}}, {Name: "[10.0.0.2]:tcp:80"}}},
			{Name: "[G]:0", Protocol: "UDP", Family: "inet"},
		},
		Groups:   []status.Group{{Name: "G", State: "BACKUP"}},
		Trackers: []status.Tracker{{Kind: "script", Name: "chk", Known: true, Up: true}, {Kind: "file", Name: "unknown"}},
		Receive:  status.Receive{UnknownVRID: 5, Discards: map[string]uint64{"bad_header": 2}},
		Lost:     status.Lost{Mails: 4},
	}
}

func TestCollector(t *testing.T) {
	c := &collector{source{st: sample()}}
	for name, want := range map[string]string{
		"vipd_up": "# HELP vipd_up Whether the processes of the daemon answer.\n# TYPE vipd_up gauge\nvipd_up 1\n",
		"vipd_vrrp_state": `# HELP vipd_vrrp_state Whether an instance is in a state.
# TYPE vipd_vrrp_state gauge
vipd_vrrp_state{instance="VI_1",state="BACKUP"} 0
vipd_vrrp_state{instance="VI_1",state="FAULT"} 0
vipd_vrrp_state{instance="VI_1",state="INIT"} 0
vipd_vrrp_state{instance="VI_1",state="MASTER"} 1
`,
		"vipd_vrrp_discarded_adverts_total":         "# HELP vipd_vrrp_discarded_adverts_total Adverts that were not taken.\n# TYPE vipd_vrrp_discarded_adverts_total counter\nvipd_vrrp_discarded_adverts_total{instance=\"VI_1\",reason=\"bad_ttl\"} 3\n",
		"vipd_vrrp_adverts_sent_total":              "# HELP vipd_vrrp_adverts_sent_total Adverts that were sent.\n# TYPE vipd_vrrp_adverts_sent_total counter\nvipd_vrrp_adverts_sent_total{instance=\"VI_1\"} 7\n",
		"vipd_vrrp_address_held":                    "# HELP vipd_vrrp_address_held Whether a virtual address is on this host.\n# TYPE vipd_vrrp_address_held gauge\nvipd_vrrp_address_held{address=\"10.0.0.5/32\",instance=\"VI_1\",interface=\"eth0\"} 1\n",
		"vipd_tracker_up":                           "# HELP vipd_tracker_up Whether a tracker is well; it has no value before its first result.\n# TYPE vipd_tracker_up gauge\nvipd_tracker_up{kind=\"script\",name=\"chk\"} 1\n",
		"vipd_process_restarts_total":               "# HELP vipd_process_restarts_total How often a child was started again.\n# TYPE vipd_process_restarts_total counter\nvipd_process_restarts_total{process=\"vrrp\"} 2\n",
		"vipd_config_load_time_seconds":             "# HELP vipd_config_load_time_seconds When the running configuration was read.\n# TYPE vipd_config_load_time_seconds gauge\nvipd_config_load_time_seconds 2000.5\n",
		"vipd_lvs_quorum_up":                        "# HELP vipd_lvs_quorum_up Whether a virtual server has its quorum.\n# TYPE vipd_lvs_quorum_up gauge\nvipd_lvs_quorum_up{family=\"inet\",protocol=\"TCP\",virtual_server=\"[G]:0\"} 1\nvipd_lvs_quorum_up{family=\"inet\",protocol=\"UDP\",virtual_server=\"[G]:0\"} 0\n",
		"vipd_lvs_virtual_server_connections_total": "# HELP vipd_lvs_virtual_server_connections_total Connections that were scheduled.\n# TYPE vipd_lvs_virtual_server_connections_total counter\nvipd_lvs_virtual_server_connections_total{family=\"inet\",protocol=\"TCP\",virtual_server=\"[G]:0\"} 9\nvipd_lvs_virtual_server_connections_total{family=\"inet\",protocol=\"UDP\",virtual_server=\"[G]:0\"} 0\n",
		"vipd_lvs_services_missing":                 "# HELP vipd_lvs_services_missing How many services of a virtual server the kernel does not have.\n# TYPE vipd_lvs_services_missing gauge\nvipd_lvs_services_missing{family=\"inet\",protocol=\"TCP\",virtual_server=\"[G]:0\"} 1\nvipd_lvs_services_missing{family=\"inet\",protocol=\"UDP\",virtual_server=\"[G]:0\"} 0\n",
		"vipd_lvs_server_kernel_weight":             "# HELP vipd_lvs_server_kernel_weight The weight that the kernel has of a real server; no value: it is not in the pool.\n# TYPE vipd_lvs_server_kernel_weight gauge\nvipd_lvs_server_kernel_weight{family=\"inet\",protocol=\"TCP\",real_server=\"[10.0.0.1]:tcp:80\",virtual_server=\"[G]:0\"} 1\n",
		"vipd_lvs_server_checks_total":              "# HELP vipd_lvs_server_checks_total Checks of a real server that have ended.\n# TYPE vipd_lvs_server_checks_total counter\nvipd_lvs_server_checks_total{family=\"inet\",protocol=\"TCP\",real_server=\"[10.0.0.1]:tcp:80\",virtual_server=\"[G]:0\"} 7\nvipd_lvs_server_checks_total{family=\"inet\",protocol=\"TCP\",real_server=\"[10.0.0.2]:tcp:80\",virtual_server=\"[G]:0\"} 0\n",
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
	want := "# HELP vipd_up Whether the processes of the daemon answer.\n# TYPE vipd_up gauge\nvipd_up 0\n"
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
