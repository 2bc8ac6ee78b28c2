package pool

import "github.com/viplab/viplab/daemon/notify"

// Action is something that an event asks for. Actions come in the order in which
// they are to be done, but for Tell: others are told when the kernel has what
// Changed returns.
type Action interface{ action() }

// Say is a line for the log, in the words that keepalived has for it.
type Say struct{ Text string }

// Tell is a notification.
type Tell struct{ Event notify.ServerEvent }

func (Say) action()  {}
func (Tell) action() {}
