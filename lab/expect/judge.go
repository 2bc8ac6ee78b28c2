package expect

// Every expectation is judged by its own method and then given what its checks
// lack: its word for an id where no requirement is, and its title.

func complete(e Expectation, word string, checks []Check) []Check {
	for i := range checks {
		if checks[i].ID == "" {
			checks[i].ID = word
		}
		if checks[i].Title == "" {
			checks[i].Title = e.Title()
		}
	}
	return checks
}

// Judge implements Expectation.
func (e *Master) Judge(r *Run, w Window) []Check { return complete(e, "master", e.judge(r, w)) }

// Judge implements Expectation.
func (e *VIP) Judge(r *Run, w Window) []Check { return complete(e, "vip", e.judge(r, w)) }

// Judge implements Expectation.
func (e *ARP) Judge(r *Run, w Window) []Check { return complete(e, "arp", e.judge(r, w)) }

// Judge implements Expectation.
func (e *GARP) Judge(r *Run, w Window) []Check { return complete(e, "garp", e.judge(r, w)) }

// Judge implements Expectation.
func (e *Adverts) Judge(r *Run, w Window) []Check { return complete(e, "adverts", e.judge(r, w)) }

// Judge implements Expectation.
func (e *Takeover) Judge(r *Run, w Window) []Check { return complete(e, "takeover", e.judge(r, w)) }

// Judge implements Expectation.
func (e *SingleMaster) Judge(r *Run, w Window) []Check {
	return complete(e, "single-master", e.judge(r, w))
}

// Judge implements Expectation.
func (e *HTTP) Judge(r *Run, w Window) []Check { return complete(e, "http", e.judge(r, w)) }

// Judge implements Expectation.
func (e *Ping) Judge(r *Run, w Window) []Check { return complete(e, "ping", e.judge(r, w)) }

// Judge implements Expectation.
func (e *IPVS) Judge(r *Run, w Window) []Check { return complete(e, "ipvs", e.judge(r, w)) }

// Judge implements Expectation.
func (e *Log) Judge(r *Run, w Window) []Check { return complete(e, "log", e.judge(r, w)) }

// Judge implements Expectation.
func (e *Mail) Judge(r *Run, w Window) []Check { return complete(e, "mail", e.judge(r, w)) }

// Judge implements Expectation.
func (e *Process) Judge(r *Run, w Window) []Check { return complete(e, "process", e.judge(r, w)) }

// Judge implements Expectation.
func (e *File) Judge(r *Run, w Window) []Check { return complete(e, "file", e.judge(r, w)) }

// Judge implements Expectation.
func (e *Neighbour) Judge(r *Run, w Window) []Check { return complete(e, "neighbour", e.judge(r, w)) }

// Judge implements Expectation.
func (e *Calm) Judge(r *Run, w Window) []Check { return complete(e, "calm", e.judge(r, w)) }

// Judge implements Expectation.
func (e *Outage) Judge(r *Run, w Window) []Check { return complete(e, "outage", e.judge(r, w)) }

// Judge implements Expectation.
func (e *Script) Judge(r *Run, w Window) []Check { return complete(e, "script", e.judge(r, w)) }

// Judge implements Expectation.
func (e *Attempts) Judge(r *Run, w Window) []Check { return complete(e, "attempts", e.judge(r, w)) }

// Judge implements Expectation.
func (e *Server) Judge(r *Run, w Window) []Check { return complete(e, "server", e.judge(r, w)) }
