package dump

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/status"
)

// What keepalived 2.2.7 wrote of testdata/keepalived.conf after six seconds is
// in testdata/keepalived.data, .stats and .json.

var update = flag.Bool("update", false, "write the golden files anew")

// sample is the status of a vipd at the moment of keepalived's files.
func sample(t *testing.T) (*conf.Config, *status.Status) {
	t.Helper()
	cfg, err := conf.Load("testdata/keepalived.conf") // with advice: keepalived gives it as well
	if cfg == nil {
		t.Fatal(err)
	}
	at := func(sec, usec int64) time.Time { return time.Unix(sec, usec*1000).UTC() }
	held := func(text string) status.Address {
		return status.Address{Prefix: netip.MustParsePrefix(text), Interface: "a", Held: true}
	}
	now := at(1795176760, 100000)
	return cfg, &status.Status{Schema: status.Schema, Version: "0.1.0", Now: now,
		Instances: []status.Instance{
			{Name: "VI_1", Interface: "a", Device: "a", Family: "IPv4", Version: 2, VRID: 51, State: "MASTER", Since: at(1795176757, 735508), Cause: "no advert for 3.601 s",
				Priority: status.Priority{Base: 100, Effective: 102, Parts: []status.Part{{Tracker: "file f", Weight: 2, Text: "1"}}}, Source: netip.MustParseAddr("192.168.0.3"),
				AdvertInterval: 1, MasterInterval: 1, MasterDown: 3.601562, Timers: []status.Timer{{Name: "advert", In: 0.635796}},
				Addresses: []status.Address{held("192.168.0.5/24"), held("192.168.0.6/32")}, Stats: status.Stats{AdvertsSent: 3, BecameMaster: 1}},
			{Name: "VI_2", Group: "G", Interface: "a", Device: "a", Family: "IPv6", Version: 3, VRID: 52, State: "MASTER", Since: at(1795176755, 956431),
				Priority: status.Priority{Base: 90, Effective: 90}, Source: netip.MustParseAddr("fe80::3"), AdvertInterval: 0.5, MasterInterval: 0.5, MasterDown: 1.824218,
				Timers: []status.Timer{{Name: "advert", In: 0.357893}}, Addresses: []status.Address{held("fe80::52/128"), held("fd00::5/64")}, Stats: status.Stats{AdvertsSent: 10, BecameMaster: 1}},
		},
		Groups:   []status.Group{{Name: "G", State: "MASTER", Members: []string{"VI_2"}}},
		Trackers: []status.Tracker{{Kind: "script", Name: "chk", Known: true, Up: true}, {Kind: "file", Name: "f", Known: true, Up: true, Text: "1"}},
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	// keepalived looks links up and says who runs a script; of both the
	// configuration has what it says.
	return strings.NewReplacer("/usr/bin/true", "/bin/true", `\/usr\/bin\/true`, `\/bin\/true`, ", uid:gid 0:0", "", ", ifindex 3", "").Replace(string(text))
}

func TestStats(t *testing.T) {
	_, st := sample(t)
	var got bytes.Buffer
	if err := WriteStats(&got, st); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(read(t, "keepalived.stats"), got.String()); diff != "" {
		t.Errorf("(-keepalived +vipd)\n%s", diff)
	}
}

// TestJSON compares keys, their order and values with keepalived's.
func TestJSON(t *testing.T) {
	cfg, st := sample(t)
	for i := range st.Instances {
		st.Instances[i].Stats.AdvertsSent++ // keepalived's file is a second younger
	}
	var got bytes.Buffer
	if err := WriteJSON(&got, cfg, st, 1); err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(strings.ReplaceAll(read(t, "keepalived.json"), `\/`, "/"), `"auth_data":"1111"`, `"auth_data":"***"`)
	if diff := cmp.Diff(indent(t, want), indent(t, got.String())); diff != "" {
		t.Errorf("(-keepalived +vipd)\n%s", diff)
	}
	got.Reset()
	if err := WriteJSON(&got, cfg, st, 2); err != nil {
		t.Fatal(err)
	}
	var v2 struct {
		VRRP      []json.RawMessage `json:"vrrp"`
		Processes []any             `json:"track_process"`
	}
	if err := json.Unmarshal(got.Bytes(), &v2); err != nil || len(v2.VRRP) != 2 || v2.Processes == nil {
		t.Errorf("version 2: %v, %s", err, got.String())
	}
}

func indent(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(text), "", " "); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

// omitted are labels of keepalived's that mean something only inside it, ours
// are others that it has not.
var (
	omitted = []string{"Flags: none", "Flags:", "Number of config faults", "Number of track scripts init", "Total priority", "fd_in", "Num member", "Insecure", "Init state", "Script uid:gid", "VRRP instances", "State = idle"}
	ours    = []string{"Cause", "file f"}
)

// TestData holds the lines of instances and groups to keepalived's.
func TestData(t *testing.T) {
	cfg, st := sample(t)
	var got bytes.Buffer
	if err := WriteData(&got, cfg, st); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "vipd.data")
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(read(t, "vipd.data"), got.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, section := range []string{"VRRP Topology", "VRRP Sync groups"} {
		want := strings.ReplaceAll(lines(read(t, "keepalived.data"), section, omitted), "Password = 1111", "Password = ***")
		if diff := cmp.Diff(want, lines(got.String(), section, ours)); diff != "" {
			t.Errorf("%s (-keepalived +vipd)\n%s", section, diff)
		}
	}
}

// lines returns a section without the lines of labels.
func lines(text, section string, labels []string) string {
	_, text, _ = strings.Cut(text, "------< "+section+" >------\n")
	text, _, _ = strings.Cut(text, "------<")
	var b strings.Builder
	for l := range strings.Lines(text) {
		trimmed := strings.TrimSpace(l)
		skip := false
		for _, label := range labels {
			skip = skip || strings.HasPrefix(trimmed, label)
		}
		if !skip {
			b.WriteString(l)
		}
	}
	return b.String()
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestWriteErrors(t *testing.T) {
	cfg, st := sample(t)
	for name, err := range map[string]error{"data": WriteData(full{}, cfg, st), "checkers": WriteCheck(full{}, cfg, st), "stats": WriteStats(full{}, st), "JSON": WriteJSON(full{}, cfg, st, 1)} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
