package pool

import (
	"testing"

	"github.com/viplab/viplab/daemon/check"
)

func changed(server, from, to, how string) string {
	return "Changing weight from " + from + " to " + to + " for " + how + " service [" + server + "]:tcp:80 of VS " + vip
}

func gone(server string) []string {
	return []string{"service [" + server + "]:tcp:80 no longer exist", "Removing service [" + server + "]:tcp:80 from VS " + vip,
		"notify_down: [" + server + "]:tcp:80 " + vip + " DOWN (it is not in the configuration any more)"}
}

// What is the same in both configurations is as it was.
func TestReloadKeeps(t *testing.T) {
	text := virtual("quorum 2\nsorry_server 10.0.0.9 80", "10.0.0.1 1", "10.0.0.2 1")
	w := newWorld(t, text)
	w.down("10.0.0.1")
	ids := w.Checkers()
	w.load("! a line\n" + text)
	w.want()
	w.pool(vip + " 10.0.0.9:80=1")
	for n, c := range w.Checkers() {
		if c.ID != ids[n].ID || c.Up != (n == 1) {
			t.Errorf("checker %d: %+v, was %+v", n, c, ids[n])
		}
	}
	w.up("10.0.0.1")
	w.pool(vip + " 10.0.0.1:80=1 10.0.0.2:80=1")
}

func TestReloadServers(t *testing.T) {
	w := newWorld(t, virtual("", "10.0.0.1 1", "10.0.0.2 1", "10.0.0.3 1"))
	w.down("10.0.0.3")
	old := w.checker("10.0.0.1", 0).id
	w.load(virtual("", "10.0.0.2 5", "10.0.0.4 1"))
	w.want(lines(changed("10.0.0.2", "1", "5", "active"), gone("10.0.0.1"), "service [10.0.0.3]:tcp:80 no longer exist")...)
	w.pool(vip + " 10.0.0.2:80=5 10.0.0.4:80=1")
	w.note(w.Result(check.Result{ID: old})) // it was on its way
	w.want()
	w.pool(vip + " 10.0.0.2:80=5 10.0.0.4:80=1")
}

func TestReloadLimits(t *testing.T) {
	w := newWorld(t, virtual("", "10.0.0.1 1"))
	w.load(virtual("", "10.0.0.1 1 uthreshold 10\nlthreshold 5"))
	if s := w.Wanted()[0].Entry.Servers[0]; s.Upper != 10 || s.Lower != 5 {
		t.Errorf("%+v", s)
	}
}

func TestReloadQuorum(t *testing.T) {
	w := newWorld(t, virtual("quorum 1", "10.0.0.1 1", "10.0.0.2 1"))
	w.down("10.0.0.2")
	w.load(virtual("quorum 2\nsorry_server 10.0.0.9 80", "10.0.0.1 1", "10.0.0.2 1"))
	w.want("Lost quorum 2-0=2 > 1 for VS "+vip, "Adding sorry server [10.0.0.9]:tcp:80 to VS "+vip,
		"Removing alive servers from the pool for VS "+vip, "quorum_down: "+vip+" DOWN (Lost quorum 2-0=2 > 1)")
	w.load(virtual("quorum 2", "10.0.0.1 1", "10.0.0.2 1")) // without sorry server those who live serve
	w.want()
	w.pool(vip + " 10.0.0.1:80=1")
	w.load(virtual("quorum 2\nsorry_server 10.0.0.8 80", "10.0.0.1 1", "10.0.0.2 1"))
	w.want("Starting with quorum down 2+0=2 > 1 for VS "+vip, "Adding sorry server [10.0.0.8]:tcp:80 to VS "+vip,
		"Removing alive servers from the pool for VS "+vip) // others know that it is down
	w.pool(vip + " 10.0.0.8:80=1")
	w.load(virtual("", "10.0.0.1 1", "10.0.0.2 1"))
	w.want(gained("1+0=1 <= 1")...)
}

func TestReloadServices(t *testing.T) {
	one := virtual("", "10.0.0.1 1", "10.0.0.2 1")
	w := newWorld(t, one)
	w.load("virtual_server fwmark 5 {\nlb_algo rr\nlb_kind DR\nreal_server 10.0.0.7 {\nTCP_CHECK {\nconnect_port 80\n}\n}\n}\n")
	w.want("Removing Virtual Server "+vip,
		"Removing service [10.0.0.1]:tcp:80 from VS "+vip, "notify_down: [10.0.0.1]:tcp:80 "+vip+" DOWN (it is not in the configuration any more)",
		"Removing service [10.0.0.2]:tcp:80 from VS "+vip, "notify_down: [10.0.0.2]:tcp:80 "+vip+" DOWN (it is not in the configuration any more)",
		"quorum_down: "+vip+" DOWN (it is not in the configuration any more)",
		"Gained quorum 1+0=1 <= 1 for VS FWM 5", "quorum_up: FWM 5 UP (Gained quorum 1+0=1 <= 1)")
	w.pool("FWM 5 10.0.0.7:0=1")
}

// A server that is alive stays so with a new checker, whatever that is; one that
// is down gets up when what had put it down is gone.
func TestReloadCheckers(t *testing.T) {
	w := newWorld(t, virtual("", "10.0.0.1 1", "10.0.0.2 1"))
	w.up("10.0.0.1")
	w.down("10.0.0.2")
	first := w.checker("10.0.0.1", 0).id
	w.load(virtual("", "10.0.0.1 1 PING_CHECK {\nalpha\n}", "10.0.0.2 1 PING_CHECK {\nalpha\n}"))
	w.want()
	w.pool(vip + " 10.0.0.1:80=1")
	if c := w.checker("10.0.0.1", 1); c.conf.Kind != "PING_CHECK" {
		t.Fatalf("the second is %s", c.conf.Kind)
	}
	if id := w.checker("10.0.0.1", 0).id; id != first {
		t.Errorf("a checker that is the same has another ID, %d, not %d", id, first)
	}
	w.load(virtual("", "10.0.0.1 1", "10.0.0.2 1 PING_CHECK {\nalpha\n}"))
	w.result("10.0.0.2", 1, check.Result{Up: true})
	w.want()
	w.up("10.0.0.2")
	w.want(added("10.0.0.2")...)

	w.down("10.0.0.2")
	w.load("virtual_server 10.0.0.100 80 {\nlb_algo wrr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.0.1 80 {\nTCP_CHECK {\n}\n}\nreal_server 10.0.0.2 80 {\n}\n}\n")
	w.want(added("10.0.0.2")...)
}

// A checker with another schedule is another one, but what it knew holds.
func TestReloadSchedule(t *testing.T) {
	w := newWorld(t, virtual("", "10.0.0.1 1", "10.0.0.2 1"))
	w.down("10.0.0.1")
	before := w.checker("10.0.0.1", 0).id
	w.load(virtual("delay_loop 9", "10.0.0.1 1", "10.0.0.2 1"))
	w.want()
	if c := w.checker("10.0.0.1", 0); c.id == before || c.up {
		t.Errorf("%+v, was %d", c, before)
	}
	w.pool(vip + " 10.0.0.2:80=1")
}

// What a checker has made of a weight holds over a reload, and is added to the new
// weight.
func TestReloadWeights(t *testing.T) {
	w := newWorld(t, virtual("", "10.0.0.1 2", "10.0.0.2 2"))
	w.weigh("10.0.0.1", 3, false)
	w.weigh("10.0.0.2", 9, true)
	w.load(virtual("", "10.0.0.1 4", "10.0.0.2 4"))
	w.want(changed("10.0.0.1", "5", "7", "active"))
	w.pool(vip + " 10.0.0.1:80=7 10.0.0.2:80=9")
}
