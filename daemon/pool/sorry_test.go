package pool

import (
	"testing"
)

func TestSorryServer(t *testing.T) {
	w := newWorld(t, virtual("quorum 2\nsorry_server 10.0.0.9 81", "10.0.0.1 1", "10.0.0.2 1"))
	w.pool(vip + " 10.0.0.1:80=1 10.0.0.2:80=1")
	w.down("10.0.0.1")
	w.want(lines(removed("10.0.0.1"), "Lost quorum 2-0=2 > 1 for VS "+vip, "Adding sorry server [10.0.0.9]:tcp:81 to VS "+vip,
		"Removing alive servers from the pool for VS "+vip, "quorum_down: "+vip+" DOWN (Lost quorum 2-0=2 > 1)")...)
	w.pool(vip + " 10.0.0.9:81=1")
	w.down("10.0.0.2")
	w.want(removed("10.0.0.2")...)
	w.up("10.0.0.2")
	w.want(added("10.0.0.2")...)
	w.pool(vip + " 10.0.0.9:81=1")
	w.up("10.0.0.1")
	w.want(lines(added("10.0.0.1"), "Gained quorum 2+0=2 <= 2 for VS "+vip, "Removing sorry server [10.0.0.9]:tcp:81 from VS "+vip,
		"Adding alive servers to the pool for VS "+vip, "quorum_up: "+vip+" UP (Gained quorum 2+0=2 <= 2)")...)
	w.pool(vip + " 10.0.0.1:80=1 10.0.0.2:80=1")
}

func TestSorryServerInhibit(t *testing.T) {
	w := newWorld(t, virtual("sorry_server 10.0.0.9 81\nsorry_server_inhibit", "10.0.0.1 1"))
	w.pool(vip + " 10.0.0.1:80=1 10.0.0.9:81=0")
	w.down("10.0.0.1")
	w.want(lines(removed("10.0.0.1"), "Lost quorum 1-0=1 > 0 for VS "+vip, "Enabling sorry server [10.0.0.9]:tcp:81 to VS "+vip,
		"Removing alive servers from the pool for VS "+vip, "quorum_down: "+vip+" DOWN (Lost quorum 1-0=1 > 0)")...)
	w.pool(vip + " 10.0.0.9:81=1")
	w.up("10.0.0.1")
	w.want(lines(added("10.0.0.1"), "Gained quorum 1+0=1 <= 1 for VS "+vip, "Disabling sorry server [10.0.0.9]:tcp:81 from VS "+vip,
		"Adding alive servers to the pool for VS "+vip, "quorum_up: "+vip+" UP (Gained quorum 1+0=1 <= 1)")...)
	w.pool(vip + " 10.0.0.1:80=1 10.0.0.9:81=0")
}

// A sorry server that is a real server too is there once.
func TestSorryServerIsReal(t *testing.T) {
	w := newWorld(t, virtual("quorum 3\nsorry_server 10.0.0.1 80\ninhibit_on_failure", "10.0.0.1 2", "10.0.0.2 1"))
	w.pool(vip + " 10.0.0.1:80=2 10.0.0.2:80=1")
	w.down("10.0.0.2")
	w.pool(vip + " 10.0.0.1:80=1 10.0.0.2:80=0")
}

func TestInhibitOnFailure(t *testing.T) {
	w := newWorld(t, virtual("sorry_server 10.0.0.9 80", "10.0.0.1 2 inhibit_on_failure", "10.0.0.2 1"))
	w.down("10.0.0.1")
	w.want("Disabling service [10.0.0.1]:tcp:80 of VS "+vip, "notify_down: [10.0.0.1]:tcp:80 "+vip+" DOWN (CHECK failed on service : refused)")
	w.pool(vip + " 10.0.0.1:80=0 10.0.0.2:80=1")
	w.down("10.0.0.2")
	w.pool(vip + " 10.0.0.1:80=0 10.0.0.9:80=1") // connections to it live on beside the sorry server
	w.up("10.0.0.1")
	w.pool(vip + " 10.0.0.1:80=2")
	w.want(lines("Enabling service [10.0.0.1]:tcp:80 of VS "+vip, "notify_up: [10.0.0.1]:tcp:80 "+vip+" UP (CHECK succeed on service)",
		"Gained quorum 1+0=1 <= 2 for VS "+vip, "Removing sorry server [10.0.0.9]:tcp:80 from VS "+vip,
		"Adding alive servers to the pool for VS "+vip, "quorum_up: "+vip+" UP (Gained quorum 1+0=1 <= 2)")...)
}

func TestAlphaWithSorryServer(t *testing.T) {
	w := newWorld(t, virtual("alpha\nquorum 2\nsorry_server 10.0.0.9 80", "10.0.0.1 1", "10.0.0.2 1"))
	w.want("Starting with quorum down 2+0=2 > 0 for VS "+vip, "Adding sorry server [10.0.0.9]:tcp:80 to VS "+vip,
		"Removing alive servers from the pool for VS "+vip, "quorum_down: "+vip+" DOWN (Starting with quorum down)")
	w.pool(vip + " 10.0.0.9:80=1")
	w.up("10.0.0.1")
	w.want(added("10.0.0.1")...)
	w.pool(vip + " 10.0.0.9:80=1")
	w.up("10.0.0.2")
	w.pool(vip + " 10.0.0.1:80=1 10.0.0.2:80=1")
}

// The last weight that goes takes the quorum along, though all servers live.
func TestWeightLosesQuorum(t *testing.T) {
	w := newWorld(t, virtual("sorry_server 10.0.0.9 80", "10.0.0.1 1"))
	w.weigh("10.0.0.1", 0, true)
	w.pool(vip + " 10.0.0.9:80=1")
	w.weigh("10.0.0.1", 7, true)
	w.pool(vip + " 10.0.0.1:80=7")
}
