package ipvs

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf"
)

func TestDiff(t *testing.T) {
	web, mail := tcp("10.0.0.100:80"), tcp("10.0.0.100:25")
	a, b := nat("192.168.0.1:80", 1), nat("192.168.0.2:80", 1)
	heavy, off, direct, limited := a, a, a, a
	heavy.Weight, off.Weight, direct.Forward.Method, limited.Upper = 5, 0, conf.DR, 9
	sticky := entry(web, "rr", a)
	sticky.Timeout = 50 * time.Second
	mark := Key{Mark: 7}.normal()
	for _, tc := range []struct {
		name       string
		have, want []Entry
		changes    []string
	}{
		{"nothing", nil, nil, nil},
		{"equal", []Entry{entry(web, "rr", a, b)}, []Entry{entry(web, "rr", b, a)}, nil},
		{"new", nil, []Entry{entry(web, "rr", a)}, []string{"add service WEB", "add server A of WEB"}},
		{"gone", []Entry{entry(web, "rr", a), entry(mail, "rr")}, []Entry{entry(mail, "rr")}, []string{"remove service WEB"}},
		{"gone comes last", []Entry{entry(mail, "rr", a)}, []Entry{entry(web, "rr")}, []string{"add service WEB", "remove service [10.0.0.100]:tcp:25"}},
		{"scheduler", []Entry{entry(web, "rr", a)}, []Entry{entry(web, "wlc", a)}, []string{"edit service WEB"}},
		{"persistence", []Entry{entry(web, "rr", a)}, []Entry{sticky}, []string{"edit service WEB"}},
		{"swap", []Entry{entry(web, "rr", a)}, []Entry{entry(web, "rr", b)}, []string{"add server B of WEB", "remove server A of WEB"}},
		{"weight", []Entry{entry(web, "rr", a)}, []Entry{entry(web, "rr", heavy)}, []string{"edit server A of WEB"}},
		{"method", []Entry{entry(web, "rr", a)}, []Entry{entry(web, "rr", direct)}, []string{"edit server A of WEB"}},
		{"limit", []Entry{entry(web, "rr", a)}, []Entry{entry(web, "rr", limited)}, []string{"edit server A of WEB"}},
		{"switched off after the other is on", []Entry{entry(web, "rr", a, nat("192.168.0.2:80", 0))}, []Entry{entry(web, "rr", off, b)},
			[]string{"edit server B of WEB", "edit server A of WEB"}},
		{"mark", []Entry{entry(mark, "rr", a)}, []Entry{entry(Key{Mark: 7, Protocol: 6}, "rr", a)}, nil},
		{"same mark, other family", []Entry{entry(mark, "rr")}, []Entry{entry(Key{Mark: 7, Family: conf.IPv6}, "rr")}, []string{"add service FWM 7", "remove service FWM 7"}},
		{"named twice", nil, []Entry{entry(web, "rr", a, heavy), entry(web, "wlc")}, []string{"add service WEB", "add server A of WEB"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, c := range Diff(tc.have, tc.want) {
				short := strings.NewReplacer(web.String(), "WEB", "[192.168.0.1]:tcp:80", "A", "[192.168.0.2]:tcp:80", "B")
				got = append(got, short.Replace(c.String()))
			}
			if d := cmp.Diff(tc.changes, got); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

// TestDrift has what is said of each difference.
func TestDrift(t *testing.T) {
	web := tcp("10.0.0.100:80")
	have, want := entry(web, "wlc", nat("192.168.0.1:80", 3), nat("192.168.0.9:80", 1)), entry(web, "rr", nat("192.168.0.1:80", 1), nat("192.168.0.2:80", 1))
	want.Timeout, want.Engine, want.Flags = time.Minute, "sip", OnePacket
	have.Servers[0].Forward = conf.Forwarding{Method: conf.TUN, Tunnel: conf.GUE, Port: 6080}
	have.Servers[0].Upper, want.Servers[0].Lower = 5, 2
	got := Drift([]Entry{have, entry(tcp("10.0.0.7:1"), "rr")}, []Entry{want, entry(tcp("10.0.0.8:1"), "rr", nat("192.168.0.1:80", 1))})
	lines := []string{
		"[10.0.0.100]:tcp:80 has scheduler wlc, not rr; flags 0x0, not 0x4; persistence none, not 60 s per /32; persistence engine none, not sip",
		"server [192.168.0.2]:tcp:80 of [10.0.0.100]:tcp:80 is missing",
		"server [192.168.0.1]:tcp:80 of [10.0.0.100]:tcp:80 has weight 3, not 1; forwarding TUN gue port 6080 nocsum, not NAT; upper limit 5, not 0; lower limit 0, not 2",
		"server [192.168.0.9]:tcp:80 of [10.0.0.100]:tcp:80 is not ours",
		"[10.0.0.8]:tcp:1 is missing",
		"[10.0.0.7]:tcp:1 is not ours",
	}
	if d := cmp.Diff(lines, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestOwned(t *testing.T) {
	ours, foreign := tcp("10.0.0.1:80"), tcp("10.0.0.2:80")
	have := []Entry{entry(ours, "rr"), entry(foreign, "rr")}
	if got := Diff(Owned(have, func(k Key) bool { return k == ours }), nil); len(got) != 1 || got[0].Service.Key != ours {
		t.Errorf("got %v, want only ours to go", got)
	}
}
