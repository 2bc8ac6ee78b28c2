package track

import (
	"reflect"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/vrrp"
)

// process is a vrrp_track_process that something tracks.
type process struct {
	name  string
	conf  conf.TrackProcess // what of it matters here
	match matcher
	quorum
	delay    *time.Timer // of a change that does not count yet
	reported vrrp.Result
}

func newProcess(c *conf.TrackProcess) *process {
	return &process{name: c.Name, conf: essence(c), match: newMatcher(c), reported: vrrp.Result{Tracker: vrrp.Tracker{Kind: vrrp.Process, Name: c.Name}},
		quorum: quorum{min: c.Quorum, max: c.QuorumMax, forkDelay: c.ForkDelay, terminateDelay: c.TerminateDelay}}
}

// essence is what decides on the results: neither where the file says it nor
// weights.
func essence(c *conf.TrackProcess) conf.TrackProcess {
	return conf.TrackProcess{Process: c.Process, Args: c.Args, ParamMatch: c.ParamMatch, FullCommand: c.FullCommand,
		Quorum: c.Quorum, QuorumMax: c.QuorumMax, TerminateDelay: c.TerminateDelay, ForkDelay: c.ForkDelay}
}

// same reports whether c asks for what p does.
func (p *process) same(c *conf.TrackProcess) bool { return reflect.DeepEqual(p.conf, essence(c)) }

// state is the state with the number of processes at this moment.
func (p *process) state() vrrp.Result {
	return vrrp.Result{Tracker: p.reported.Tracker, Known: p.known, Up: p.up, Text: p.quorum.String()}
}

// cancel forgets a change that does not count yet.
func (p *process) cancel() {
	if p.delay != nil {
		p.delay.Stop()
		p.delay = nil
	}
}
