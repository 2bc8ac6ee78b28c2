package checkd

import "github.com/viplab/viplab/daemon/conf"

// runsCommands reports whether cfg may have the process run a command.
func runsCommands(cfg *conf.Config) bool {
	s := &cfg.Global.Scripts
	if s.FIFO.Script.Given() || s.CheckerFIFO.Script.Given() {
		return true
	}
	for _, v := range cfg.VirtualServers {
		if v.QuorumUp.Given() || v.QuorumDown.Given() {
			return true
		}
		for _, r := range v.RealServers {
			if r.NotifyUp != nil || r.NotifyDown != nil {
				return true
			}
			for _, c := range r.Checkers {
				if c.Kind == "MISC_CHECK" {
					return true
				}
			}
		}
	}
	return false
}
