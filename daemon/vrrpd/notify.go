package vrrpd

import (
	"os"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
)

// notifications is what a configuration says of telling others.
func notifications(cfg *conf.Config) notify.Config {
	g := &cfg.Global
	c := notify.Config{Accounts: accounts(g), Mail: mail(g)}
	for _, f := range []struct {
		fifo    conf.FIFO
		content notify.Content
	}{
		{g.Scripts.FIFO, notify.Routers},
		{g.Scripts.VRRPFIFO, notify.Routers},
	} {
		if f.fifo.Path == "" {
			continue
		}
		c.FIFOs = append(c.FIFOs, notify.FIFO{Path: f.fifo.Path, User: f.fifo.User, Group: f.fifo.Group, Content: f.content, Script: f.fifo.Script})
	}
	return c
}

func accounts(g *conf.Global) notify.Accounts {
	s := &g.Scripts
	return notify.Accounts{User: s.User, Group: s.Group, Security: s.Security, Supplementary: s.SupplementaryOn}
}

func mail(g *conf.Global) notify.Mail {
	router := g.RouterID
	if router == "" {
		router, _ = os.Hostname() // without a name, subjects have none
	}
	m := &g.Mail
	return notify.Mail{Router: router, Server: m.Server, Port: m.Port, Timeout: m.Timeout, Helo: m.Helo, From: m.From, To: m.To,
		NoFaults: m.NoFaults, NoServers: m.NoCheckers}
}
