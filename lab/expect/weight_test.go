package expect

import (
	"errors"
	"testing"

	"github.com/viplab/viplab/daemon/conf"
)

func TestEffective(t *testing.T) {
	track := func(name string, weight int, reverse bool) conf.Track {
		return conf.Track{Name: name, Weight: weight, Reverse: reverse}
	}
	for _, tc := range []struct {
		name   string
		change func(*conf.Config)
		failed []string
		want   int
	}{
		{"nothing tracked", func(*conf.Config) {}, nil, 100},
		{"falls", func(c *conf.Config) { c.Instances[0].TrackScripts = []conf.Track{track("chk", -20, false)} }, []string{"chk"}, 80},
		{"falls not", func(c *conf.Config) { c.Instances[0].TrackScripts = []conf.Track{track("chk", -20, false)} }, nil, 100},
		{"rises while good", func(c *conf.Config) { c.Instances[0].TrackInterfaces = []conf.Track{track("eth1", 20, false)} }, nil, 120},
		{"rises not", func(c *conf.Config) { c.Instances[0].TrackInterfaces = []conf.Track{track("eth1", 20, false)} }, []string{"eth1"}, 100},
		{"FAULT is no matter of weight", func(c *conf.Config) { c.Instances[0].TrackScripts = []conf.Track{track("chk", 0, false)} }, []string{"chk"}, 100},
		{"reversed", func(c *conf.Config) { c.Instances[0].TrackProcesses = []conf.Track{track("p", -20, true)} }, nil, 80},
		{"reversed and failed", func(c *conf.Config) { c.Instances[0].TrackProcesses = []conf.Track{track("p", -20, true)} }, []string{"p"}, 100},
		{"several", func(c *conf.Config) {
			c.Instances[0].TrackScripts = []conf.Track{track("a", -20, false), track("b", 10, false)}
			c.Instances[0].TrackBFDs = []conf.Track{track("c", -5, false)}
		}, []string{"a", "c"}, 85},
		{"of the group", func(c *conf.Config) {
			c.SyncGroups = []*conf.SyncGroup{
				{Members: []conf.Member{{Name: "VI_1"}}, TrackScripts: []conf.Track{track("chk", -20, false)}},
				{Members: []conf.Member{{Name: "VI_2"}}, TrackScripts: []conf.Track{track("other", 30, false)}},
			}
		}, []string{"chk"}, 80},
		{"no less than 1", func(c *conf.Config) { c.Instances[0].TrackScripts = []conf.Track{track("chk", -200, false)} }, []string{"chk"}, 1},
		{"no more than 254", func(c *conf.Config) { c.Instances[0].TrackScripts = []conf.Track{track("chk", 200, false)} }, nil, 254},
		{"the owner's is fixed", func(c *conf.Config) {
			c.Instances[0].Priority = 255
			c.Instances[0].TrackScripts = []conf.Track{track("chk", -20, false)}
		}, []string{"chk"}, 255},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := configs()
			tc.change(c["web1"])
			ro, err := NewRun(nil, c, 0).router("web1", 51)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := ro.effective(tc.failed); err != nil || got != tc.want {
				t.Errorf("got %d, %v; want %d", got, err, tc.want)
			}
			if _, err := ro.effective([]string{"nothing"}); !errors.Is(err, ErrNoTracker) {
				t.Errorf("an unknown tracker: %v", err)
			}
		})
	}
}

func TestExpectationsOfAFailedTracker(t *testing.T) {
	weighed := func(c map[string]*conf.Config) {
		c["web2"].Instances[0].Priority = 70
		c["web2"].Instances[0].TrackScripts = []conf.Track{{Name: "chk", Weight: -20}}
	}
	takeover := func(failed ...string) Item {
		return Item{Takeover: &Takeover{VRID: 51, From: "web1", To: "web2", Failed: failed}}
	}
	adverts := func(failed ...string) Item {
		return Item{Adverts: &Adverts{VRID: 51, Node: "web2", Failed: failed}}
	}
	run(t, crash, []row{
		{name: "takes over with what is left", configs: weighed, item: takeover("chk"), from: 10.1, to: 20, exact: true, want: "3.804688 s"},
		{name: "takes over as if it were good", configs: weighed, item: takeover(), from: 10.1, to: 20, id: "R3768-6.1-03", want: "3.726562 s"},
		{name: "takes over with what it has not", configs: weighed, item: takeover("x"), from: 10.1, to: 20, id: "takeover", verdict: Error, got: "x of VI_1: no such tracker"},
		{name: "advertises what is left", configs: weighed, item: adverts("chk"), from: 10.1, to: 20},
		{name: "advertises too little", configs: weighed, item: adverts(), from: 10.1, to: 20, id: "R3768-5.3.4-02", want: "70", got: "50 at"},
		{name: "advertises what it has not", configs: weighed, item: adverts("x"), from: 10.1, to: 20, id: "adverts", verdict: Error},
	})
}
