package topology

import "maps"

// WithConfig returns a topology that differs from t in the file that the daemons
// under test read: config on every node that has one. t itself is left as it is.
func (t *Topology) WithConfig(config string) *Topology {
	with := *t
	with.Nodes = maps.Clone(t.Nodes)
	for _, ha := range t.HANodes() {
		node := *t.Nodes[ha.Node]
		service := *node.Services[ha.Service]
		daemon := *service.HA
		daemon.Config = config
		service.HA = &daemon
		node.Services = maps.Clone(node.Services)
		node.Services[ha.Service] = &service
		with.Nodes[ha.Node] = &node
	}
	return &with
}
