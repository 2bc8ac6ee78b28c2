package vrrp

import (
	"fmt"
	"slices"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/conf/diag"
)

// Check returns what instances ask for that this router does not speak, as fatal
// diagnostics. Running it all the same would be worse than refusing: the peers
// would not hear it, and both would be Master.
func Check(instances []*conf.Instance) conf.Diagnostics {
	var list conf.Diagnostics
	for _, i := range instances {
		for _, what := range unsupported(i) {
			list = append(list, conf.Diagnostic{Span: diag.Span{Pos: what.at}, Severity: conf.Fatal, Code: diag.MissingFeature,
				Text: fmt.Sprintf("vrrp_instance %s: %s is not supported yet", i.Name, what.name)})
		}
	}
	return list
}

// feature is something that an instance asks for.
type feature struct {
	name string
	at   conf.Pos
}

func unsupported(i *conf.Instance) (list []feature) {
	refuse := func(bad bool, what, keyword string) {
		at := i.Where(keyword)
		if !at.Known() {
			at = i.Pos
		}
		if bad {
			list = append(list, feature{what, at})
		}
	}
	refuse(i.Version != version, fmt.Sprintf("VRRP version %d", i.Version), "version")
	refuse(i.AuthType > 1, "auth_type AH", "auth_type")
	refuse(len(i.UnicastPeers) > 0, "unicast_peer", "unicast_peer")
	for _, a := range slices.Concat(i.Addresses, i.Excluded) {
		refuse(!a.Prefix.Addr().Is4(), "IPv6 address "+a.Prefix.Addr().String(), "virtual_ipaddress")
	}
	return list
}
