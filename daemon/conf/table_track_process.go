package conf

import (
	"time"

	"github.com/viplab/viplab/daemon/conf/schema"
)

func processRow() schema.Keyword {
	b := &schema.Block{Path: "vrrp_track_process", New: func() any { return &TrackProcess{QuorumMax: -1} }, Keywords: []schema.Keyword{
		{Name: "process", Doc: "watch for processes of that program", Else: "required", Many: true, Field: processField()},
		{Name: "param_match", Doc: "compare the arguments in that way", Else: "exact",
			Field: schema.OneOf(func(p *TrackProcess) *string { return &p.ParamMatch }, "initial", "partial")},
		{Name: "weight", Doc: "change priorities by the weight of the processes", Default: "0",
			Field: weightField(254, func(p *TrackProcess) (*int, *bool) { return &p.Weight, &p.Reverse })},
		{Name: "quorum", Doc: "ask for that many processes", Default: "1", Field: quorumField()},
		{Name: "quorum_max", Doc: "fail with more processes than that", Else: "unlimited", Field: quorumMaxField()},
		{Name: "delay", Doc: "wait before a change of the processes counts", Else: "0", Field: delayField()},
		{Name: "terminate_delay", Doc: "wait before a loss of processes counts", Else: "0", Field: processDelay(func(p *TrackProcess) *time.Duration { return &p.TerminateDelay })},
		{Name: "fork_delay", Doc: "wait before a gain of processes counts", Else: "0", Field: processDelay(func(p *TrackProcess) *time.Duration { return &p.ForkDelay })},
		{Name: "full_command", Doc: "compare whole command lines", Else: "off", Field: schema.Flag(true, func(p *TrackProcess) *bool { return &p.FullCommand })},
	}}
	return schema.Keyword{Name: "vrrp_track_process", Many: true, Doc: "watch the processes that instances track", Block: b,
		Field: objects("STRING name + block", b, func(c *Config) *[]*TrackProcess { return &c.TrackProcesses }, func(p *TrackProcess) *string { return &p.Name }, endTrackProcess)}
}

func processDelay(at func(*TrackProcess) *time.Duration) schema.Field {
	return schema.Seconds(time.Microsecond, time.Hour, at)
}

// delayField sets both delays. It prints the one that has no line of its own.
func delayField() schema.Field {
	both := func(p *TrackProcess) *time.Duration {
		if p.Given("terminate_delay") {
			return &p.ForkDelay
		}
		return &p.TerminateDelay
	}
	f := processDelay(both)
	read := f.Read
	f.Read = func(c *schema.Context, obj any, words []word) {
		p := obj.(*TrackProcess)
		d := TrackProcess{}
		read(c, &d, words)
		if d.TerminateDelay > 0 {
			p.TerminateDelay, p.ForkDelay = d.TerminateDelay, d.TerminateDelay
		}
	}
	f.Print = func(obj any) [][]string {
		p := obj.(*TrackProcess)
		if p.Given("terminate_delay") && p.Given("fork_delay") {
			return nil
		}
		return processDelay(both).Print(p)
	}
	return f
}
