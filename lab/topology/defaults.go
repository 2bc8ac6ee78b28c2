package topology

// The defaults of a topology.
const (
	DefaultMTU         = 1500
	DefaultHAConfig    = "/etc/keepalived/keepalived.conf"
	DefaultHTTPListen  = ":80"
	DefaultHTTPRoot    = "/var/www/html"
	DefaultMailListen  = "127.0.0.1:25"
	DefaultNginxConfig = "/etc/nginx/nginx.conf"
)

// FillDefaults sets what was left out to its default. Load has done it; a
// topology made in Go may call it, any number of times.
func (t *Topology) FillDefaults() {
	for name, n := range t.Networks {
		if n == nil {
			n = &Network{}
			t.Networks[name] = n
		}
		setDefault(&n.MTU, DefaultMTU)
	}
	for name, n := range t.Nodes {
		if n == nil {
			n = &Node{}
			t.Nodes[name] = n
		}
		setDefault(&n.Hostname, name)
		n.fillDefaults()
	}
}

func (n *Node) fillDefaults() {
	for name, i := range n.Interfaces {
		if i == nil {
			n.Interfaces[name] = &Interface{}
		}
	}
	for name, s := range n.Services {
		if s == nil {
			s = &Service{}
			n.Services[name] = s
		}
		s.fillDefaults()
	}
}

func (s *Service) fillDefaults() {
	if s.HA != nil {
		setDefault(&s.HA.Config, DefaultHAConfig)
	}
	if s.HTTP != nil {
		setDefault(&s.HTTP.Root, DefaultHTTPRoot)
		if len(s.HTTP.Listen) == 0 {
			s.HTTP.Listen = []string{DefaultHTTPListen}
		}
	}
	if s.Mail != nil {
		setDefault(&s.Mail.Listen, DefaultMailListen)
	}
	if s.Hostile != nil {
		s.Hostile.fillDefaults()
	}
	if s.Nginx != nil {
		setDefault(&s.Nginx.Config, DefaultNginxConfig)
	}
}

func setDefault[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}
