package notify

import (
	"os"

	"github.com/viplab/viplab/daemon/conf"
)

// Of is what a configuration says of telling others about what. script is for
// the process that runs the script of notify_fifo, which both kinds of events go
// through.
func Of(cfg *conf.Config, what Content, script bool) Config {
	g := &cfg.Global
	s := &g.Scripts
	c := Config{Mail: mailOf(g),
		Accounts: Accounts{User: s.User, Group: s.Group, Security: s.Security, Supplementary: s.SupplementaryOn}}
	own := s.VRRPFIFO
	if what == Servers {
		own = s.CheckerFIFO
	}
	common := s.FIFO
	if !script {
		common.Script = conf.Command{}
	}
	for _, f := range []conf.FIFO{common, own} {
		if f.Path != "" {
			c.FIFOs = append(c.FIFOs, FIFO{Path: f.Path, User: f.User, Group: f.Group, Content: what, Script: f.Script})
		}
	}
	return c
}

func mailOf(g *conf.Global) Mail {
	router := g.RouterID
	if router == "" {
		router, _ = os.Hostname() // without a name, subjects have none
	}
	m := &g.Mail
	return Mail{Router: router, Server: m.Server, Port: m.Port, Timeout: m.Timeout, Helo: m.Helo, From: m.From, To: m.To,
		NoFaults: m.NoFaults, NoServers: m.NoCheckers}
}
