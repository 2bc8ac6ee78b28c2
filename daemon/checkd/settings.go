package checkd

import (
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/ipvs"
	"github.com/viplab/viplab/daemon/netns"
	"github.com/viplab/viplab/daemon/process"
)

// newTable is a table that knows what an earlier process has left.
func (s *service) newTable() *table {
	enter := netns.OfIPVS(s.config)
	stamp, err := stampOf(enter)
	s.complain(err)
	book, err := openLedger(s.settings.Ledger, stamp)
	s.complain(err)
	return &table{log: s.log, open: openKernel(enter), ledger: book, flush: s.config.Global.LVS.Flush,
		timeouts: timeouts(s.config), failed: map[ipvs.Key]string{}}
}

func timeouts(cfg *conf.Config) ipvs.Timeouts {
	l := &cfg.Global.LVS
	return ipvs.Timeouts{TCP: l.TCPTimeout, TCPFin: l.TCPFinTimeout, UDP: l.UDPTimeout}
}

// settle makes the process what the command line and the configuration want.
// Nothing of it keeps anything from running.
func (s *service) settle() {
	own := &s.config.Global.Processes.Checker
	s.settings.Settle(s.config, own.Name, s.complain)
	s.take(own)
}

// take gives the process its place in the scheduler and in memory.
func (s *service) take(p *conf.Process) {
	s.complain(process.Apply(&s.place, p))
	s.place = *p
}

// prepare has what cfg may run start without delay.
func (s *service) prepare(cfg *conf.Config) {
	if runsCommands(cfg) {
		s.runner.Prepare()
	}
}
