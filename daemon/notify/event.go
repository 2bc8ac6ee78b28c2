package notify

import "github.com/viplab/viplab/daemon/conf"

// State is a state as scripts and pipes are told it.
type State string

// The states. Stop is the end of the daemon, Deleted that of an instance that a
// reload removes, if its notify_deleted is set; without, that is Fault.
const (
	Master  State = "MASTER"
	Backup  State = "BACKUP"
	Fault   State = "FAULT"
	Stop    State = "STOP"
	Deleted State = "DELETED"
)

// What pipes are told in place of a state.
const (
	lowerPriority  State = "MASTER_RX_LOWER_PRI"
	masterPriority State = "MASTER_PRIORITY"
	backupPriority State = "BACKUP_PRIORITY"
)

// Kind is what has a state.
type Kind string

// The kinds: vrrp_instance and vrrp_sync_group.
const (
	Instance Kind = "INSTANCE"
	Group    Kind = "GROUP"
)

// Hooks are what the configuration of an instance or group wants done on a
// transition. Whoever posts an event with them must not change them any more;
// nil stands for none.
type Hooks struct {
	Master, Backup, Fault, Stop, Deleted conf.Command
	LowerPriority                        conf.Command // notify_master_rx_lower_pri
	Any                                  conf.Command // notify
	Mail                                 bool         // smtp_alert
	Priorities                           bool         // notify_priority_changes
}

// Event is something to tell others.
type Event interface{ event() }

// Transition is a new state.
type Transition struct {
	Kind     Kind
	Name     string
	State    State
	Priority int // the effective one; that of a group is told as 0
	Hooks    *Hooks
	// Repeat tells pipes alone: the state is not new
	// (fifo_write_vrrp_states_on_reload).
	Repeat bool
}

// PriorityChange is a new effective priority of an instance in state Master or
// Backup. Pipes are told, if Hooks.Priorities is set.
type PriorityChange struct {
	Name     string
	State    State
	Priority int
	Hooks    *Hooks
}

// LowerPriorityHeard says that a Master has heard an advert of a lower priority.
type LowerPriorityHeard struct {
	Name     string
	Priority int // the Master's effective one
	Hooks    *Hooks
}

// ServerEvent is a real server that went up or down, or a virtual server that
// gained or lost its quorum.
type ServerEvent struct {
	Virtual string // "[10.0.0.100]:tcp:80"
	Real    string // "[192.168.0.1]:tcp:80"; empty for the virtual server itself
	Up      bool
	Command conf.Command // notify_up, notify_down, quorum_up or quorum_down
	Keyword string       // its name, for the log
	Mail    bool         // smtp_alert
	Detail  string       // what a mail says of it, one line
}

func (Transition) event()         {}
func (PriorityChange) event()     {}
func (LowerPriorityHeard) event() {}
func (ServerEvent) event()        {}

// or is h, or no hooks.
func (h *Hooks) or() *Hooks {
	if h == nil {
		return &Hooks{}
	}
	return h
}

// script is the script of state, and the keyword that sets it.
func (h *Hooks) script(s State) (keyword string, c *conf.Command) {
	switch s {
	case Master:
		return "notify_master", &h.Master
	case Backup:
		return "notify_backup", &h.Backup
	case Fault:
		return "notify_fault", &h.Fault
	case Stop:
		return "notify_stop", &h.Stop
	default:
		return "notify_deleted", &h.Deleted
	}
}
