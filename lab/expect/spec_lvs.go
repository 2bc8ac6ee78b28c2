package expect

// IPVS expects the table of Node at the window's end to hold Service with
// exactly Servers, each "ADDRESS:PORT": weight.
type IPVS struct {
	Node      string         `yaml:"node" json:"node"`
	Service   string         `yaml:"service" json:"service"` // TCP 192.168.136.100:80
	Scheduler string         `yaml:"scheduler,omitempty" json:"scheduler,omitempty"`
	Forward   string         `yaml:"forward,omitempty" json:"forward,omitempty"` // Route, Masq, Tunnel
	Servers   map[string]int `yaml:"servers" json:"servers"`
	// Absent expects the table not to have the service.
	Absent bool `yaml:"absent,omitempty" json:"absent,omitempty"`
	// What follows is looked at where it is given: Persistence in seconds, with the
	// prefix length that makes clients one (Mask, 0 for a single client); the other
	// Flags, in ipvsadm's words (ops, flag-1 to flag-3), all of them.
	Persistence *int     `yaml:"persistence,omitempty" json:"persistence,omitempty"`
	Mask        *int     `yaml:"mask,omitempty" json:"mask,omitempty"`
	Flags       []string `yaml:"flags,omitempty" json:"flags,omitempty"`
	// Upper and Lower are the thresholds of servers, in connections.
	Upper map[string]int `yaml:"upper,omitempty" json:"upper,omitempty"`
	Lower map[string]int `yaml:"lower,omitempty" json:"lower,omitempty"`
}

// Server expects Node to take a real server out of Service when the settings of
// its checker promise after it has failed, or with Up to take it in again:
// retries are over, weight 0 is out where the server is inhibited.
type Server struct {
	Node    string `yaml:"node" json:"node"`
	Service string `yaml:"service" json:"service"` // TCP 192.168.136.100:80
	Server  string `yaml:"server" json:"server"`   // 192.168.136.229:80
	// Up expects it to come back.
	Up bool `yaml:"up,omitempty" json:"up,omitempty"`
	// After is what it counts from: NODE/SERVICE, whose end makes the check fail
	// and whose start makes it succeed.
	After string `yaml:"after" json:"after"`
}
