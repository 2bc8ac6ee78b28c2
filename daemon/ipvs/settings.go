package ipvs

import "fmt"

// Timeouts reads how long idle connections are kept.
func (c *Conn) Timeouts() (t Timeouts, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	err = c.s.ask(cmdGetConfig, 0, nil, func(b []byte) error {
		for kind, v := range attributes(b) {
			switch kind {
			case attrTimeoutTCP:
				t.TCP = v.seconds()
			case attrTimeoutTCPFin:
				t.TCPFin = v.seconds()
			case attrTimeoutUDP:
				t.UDP = v.seconds()
			}
		}
		return nil
	})
	if err != nil {
		return t, fmt.Errorf("read timeouts: %w", explain(err))
	}
	return t, nil
}

// SetTimeouts sets how long idle connections are kept, in seconds, rounded up.
func (c *Conn) SetTimeouts(t Timeouts) error {
	return c.command("set timeouts", cmdSetConfig, func(e *encoder) {
		e.seconds(attrTimeoutTCP, t.TCP)
		e.seconds(attrTimeoutTCPFin, t.TCPFin)
		e.seconds(attrTimeoutUDP, t.UDP)
	})
}

// Flush removes all services, whoever has made them.
func (c *Conn) Flush() error { return c.command("flush", cmdFlush, nil) }

// Zero resets the counters of a service and its servers; of all, if k is zero.
func (c *Conn) Zero(k Key) error {
	if k == (Key{}) {
		return c.command("zero counters", cmdZero, nil)
	}
	return c.command(fmt.Sprintf("zero counters of %v", k), cmdZero, func(e *encoder) {
		at := e.nest(attrService)
		e.key(k.normal())
		e.endNest(at)
	})
}

// command makes a command that has no answer but its success. what it is goes
// into the error.
func (c *Conn) command(what string, cmd uint8, fill func(*encoder)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.s.ask(cmd, 0, fill, nil); err != nil {
		return fmt.Errorf("%s: %w", what, explain(err))
	}
	return nil
}
