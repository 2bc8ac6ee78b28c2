package pool

import (
	"testing"

	"github.com/viplab/viplab/daemon/check"
)

const vip = "[10.0.0.100]:tcp:80"

// The lines that most tests wait for.

func added(server string) []string {
	return []string{"Adding service [" + server + "]:tcp:80 to VS " + vip, "notify_up: [" + server + "]:tcp:80 " + vip + " UP (CHECK succeed on service)"}
}

func removed(server string) []string {
	return []string{"Removing service [" + server + "]:tcp:80 from VS " + vip, "notify_down: [" + server + "]:tcp:80 " + vip + " DOWN (CHECK failed on service : refused)"}
}

func gained(text string) []string {
	return []string{"Gained quorum " + text + " for VS " + vip, "quorum_up: " + vip + " UP (Gained quorum " + text + ")"}
}

func lost(text string) []string {
	return []string{"Lost quorum " + text + " for VS " + vip, "quorum_down: " + vip + " DOWN (Lost quorum " + text + ")"}
}

func lines(list ...any) []string {
	var all []string
	for _, l := range list {
		switch l := l.(type) {
		case string:
			all = append(all, l)
		case []string:
			all = append(all, l...)
		}
	}
	return all
}

func TestDownUp(t *testing.T) {
	w := newWorld(t, virtual("", "10.0.0.1 2", "10.0.0.2 1"))
	w.want(gained("1+0=1 <= 3")...)
	w.pool(vip + " 10.0.0.1:80=2 10.0.0.2:80=1")

	w.up("10.0.0.1") // as was believed
	w.want()
	w.down("10.0.0.1")
	w.want(removed("10.0.0.1")...)
	w.pool(vip + " 10.0.0.2:80=1")
	w.down("10.0.0.1") // still
	w.want()

	w.down("10.0.0.2")
	w.want(lines(removed("10.0.0.2"), lost("1-0=1 > 0"))...)
	w.pool(vip)

	w.up("10.0.0.2")
	w.want(lines(added("10.0.0.2"), gained("1+0=1 <= 1"))...)
	w.pool(vip + " 10.0.0.2:80=1")
}

func TestQuorumAndHysteresis(t *testing.T) {
	w := newWorld(t, virtual("quorum 3\nhysteresis 1", "10.0.0.1 2", "10.0.0.2 2", "10.0.0.3 1"))
	w.want(gained("3+1=4 <= 5")...)
	w.down("10.0.0.3")
	w.want(removed("10.0.0.3")...)
	w.down("10.0.0.1") // 2 is 3-1
	w.want(removed("10.0.0.1")...)
	w.down("10.0.0.2")
	w.want(lines(removed("10.0.0.2"), lost("3-1=2 > 0"))...)
	w.up("10.0.0.1")
	w.want(added("10.0.0.1")...)
	w.up("10.0.0.3") // 3 is not 3+1
	w.want(added("10.0.0.3")...)
	w.pool(vip + " 10.0.0.1:80=2 10.0.0.3:80=1") // without a sorry server, those that live serve
	w.up("10.0.0.2")
	w.want(lines(added("10.0.0.2"), gained("3+1=4 <= 5"))...)
}

// However far the hysteresis reaches down, nothing alive is no quorum.
func TestNoServerIsNoQuorum(t *testing.T) {
	w := newWorld(t, virtual("quorum 2\nhysteresis 1", "10.0.0.1 2", "10.0.0.2 1"))
	w.down("10.0.0.1")
	w.want(removed("10.0.0.1")...)
	w.down("10.0.0.2")
	w.want(lines(removed("10.0.0.2"), lost("2-1=1 > 0"))...)
}

func TestAlpha(t *testing.T) {
	w := newWorld(t, virtual("alpha", "10.0.0.1 1", "10.0.0.2 1"))
	w.want()
	w.pool(vip)
	w.down("10.0.0.1") // as was believed, but others did not know
	w.want(removed("10.0.0.1")[1:]...)
	w.down("10.0.0.1")
	w.want()
	w.load(virtual("alpha", "10.0.0.1 1", "10.0.0.2 1"))
	w.down("10.0.0.1")
	w.want()
	w.up("10.0.0.1")
	w.want(lines(added("10.0.0.1"), gained("1+0=1 <= 1"))...)
	w.pool(vip + " 10.0.0.1:80=1")
}

func TestInitNotifies(t *testing.T) {
	w := newWorld(t, "global_defs {\nrs_init_notifies\n}\n"+virtual("", "10.0.0.1 1", "10.0.0.2 1 alpha\nPING_CHECK {\n}"))
	w.want(lines(added("10.0.0.1")[1:], gained("1+0=1 <= 1"))...)
	w.up("10.0.0.1")
	w.want()
	w.down("10.0.0.2")
	w.want(removed("10.0.0.2")[1:]...)
	w.result("10.0.0.2", 1, check.Result{})
	w.want()
	w.result("10.0.0.2", 1, check.Result{Up: true})
	w.want()
	w.up("10.0.0.2")
	w.want(added("10.0.0.2")...)
}

func TestSeveralCheckers(t *testing.T) {
	w := newWorld(t, virtual("", "10.0.0.1 1 PING_CHECK {\n}", "10.0.0.2 1"))
	w.result("10.0.0.1", 0, check.Result{Reason: "refused"})
	w.want(removed("10.0.0.1")...)
	w.result("10.0.0.1", 1, check.Result{})
	w.want()
	w.result("10.0.0.1", 0, check.Result{Up: true})
	w.want()
	w.result("10.0.0.1", 1, check.Result{Up: true})
	w.want(added("10.0.0.1")...)
}

func TestWeights(t *testing.T) {
	w := newWorld(t, virtual("", "10.0.0.1 2 PING_CHECK {\n}", "10.0.0.2 1"))
	changed := func(from, to, how string) string {
		return "Changing weight from " + from + " to " + to + " for " + how + " service [10.0.0.1]:tcp:80 of VS " + vip
	}
	w.weigh("10.0.0.1", 10, true)
	w.want(changed("2", "10", "active"))
	w.pool(vip + " 10.0.0.1:80=10 10.0.0.2:80=1")
	w.result("10.0.0.1", 1, check.Result{Up: true, HasWeight: true, Weight: 5}) // of the other checker
	w.want(changed("10", "15", "active"))
	w.result("10.0.0.1", 1, check.Result{Up: true, HasWeight: true, Weight: -50})
	w.want(changed("15", "0", "active"))
	w.pool(vip + " 10.0.0.1:80=0 10.0.0.2:80=1")
	w.result("10.0.0.1", 1, check.Result{Up: true})
	w.want(changed("0", "10", "active"))
	w.down("10.0.0.1") // leaves the weight
	w.want(removed("10.0.0.1")...)
	w.weigh("10.0.0.1", 3, true)
	w.want(lines(changed("10", "3", "inactive"), added("10.0.0.1"))...)
	w.up("10.0.0.1") // says nothing of it any more
	w.want(changed("3", "2", "active"))
}

func TestOmega(t *testing.T) {
	w := newWorld(t, virtual("omega\nquorum 2", "10.0.0.1 1", "10.0.0.2 1", "10.0.0.3 1"))
	w.down("10.0.0.3")
	w.note(w.Stop())
	w.want("Shutting down service [10.0.0.1]:tcp:80 from VS "+vip,
		"notify_down: [10.0.0.1]:tcp:80 "+vip+" DOWN (Shutting down)", "quorum_down: "+vip+" DOWN (Shutting down)",
		"Shutting down service [10.0.0.2]:tcp:80 from VS "+vip, "notify_down: [10.0.0.2]:tcp:80 "+vip+" DOWN (Shutting down)")
	w.pool()
}

func TestStop(t *testing.T) {
	w := newWorld(t, virtual("", "10.0.0.1 1", "10.0.0.2 1"))
	w.down("10.0.0.2")
	w.note(w.Stop())
	w.want("Shutting down service [10.0.0.1]:tcp:80 from VS " + vip)
	w.note(w.Stop())
	w.want()
}
